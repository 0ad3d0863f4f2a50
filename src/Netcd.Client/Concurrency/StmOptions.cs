namespace Netcd.Client;

/// <summary>How <see cref="Stm.RunAsync"/> runs.</summary>
/// <example><code>new StmOptions { Prefetch = ["a", "b"] }</code></example>
public sealed record StmOptions
{
    /// <summary>What the transaction is protected against.</summary>
    public StmIsolation Isolation { get; init; }

    /// <summary>Keys that are read in any case: in one call, before the body runs.</summary>
    public IReadOnlyList<EtcdBytes> Prefetch { get; init; } = [];
}
