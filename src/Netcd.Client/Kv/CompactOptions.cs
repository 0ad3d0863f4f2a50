namespace Netcd.Client;

/// <summary>How <see cref="KvClient.CompactAsync(long, CompactOptions, CancellationToken)"/> compacts.</summary>
/// <example><code>await client.Kv.CompactAsync(revision, new CompactOptions { IsPhysical = true });</code></example>
public sealed record CompactOptions
{
    /// <summary>Answer only when the old revisions are gone from the database.</summary>
    public bool IsPhysical { get; init; }
}
