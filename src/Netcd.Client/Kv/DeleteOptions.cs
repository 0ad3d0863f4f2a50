namespace Netcd.Client;

/// <summary>What <see cref="KvClient.DeleteAsync"/> deletes.</summary>
/// <example><code>await client.Kv.DeleteAsync("users/", new DeleteOptions { IsPrefix = true });</code></example>
public sealed record DeleteOptions
{
    /// <summary>All keys that begin with the key.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>The key and all that follow it.</summary>
    public bool IsFromKey { get; init; }

    /// <summary>First key that stays; empty for one key.</summary>
    public EtcdBytes RangeEnd { get; init; }

    /// <summary>Return what was deleted.</summary>
    public bool PreviousKv { get; init; }

    internal DeleteRangeRequest ToRequest(EtcdBytes key)
    {
        var range = Ranges.Of(key, IsPrefix, IsFromKey, RangeEnd);
        return new DeleteRangeRequest { Key = range.Key.Bytes, RangeEnd = range.End.Bytes, PrevKv = PreviousKv };
    }
}
