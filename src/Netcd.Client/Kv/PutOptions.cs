namespace Netcd.Client;

/// <summary>How <see cref="KvClient.PutAsync(EtcdBytes, EtcdBytes, PutOptions, CancellationToken)"/> writes.</summary>
/// <example><code>await client.Kv.PutAsync("key", "value", new PutOptions { Lease = lease.ID });</code></example>
public sealed record PutOptions
{
    /// <summary>The lease that the key lives with; 0 for none.</summary>
    public long Lease { get; init; }

    /// <summary>Return what was there before.</summary>
    public bool PreviousKv { get; init; }

    /// <summary>Keep the present value; none may be given. Fails if the key does not exist.</summary>
    public bool IgnoreValue { get; init; }

    /// <summary>Keep the present lease; none may be given. Fails if the key does not exist.</summary>
    public bool IgnoreLease { get; init; }

    internal PutRequest ToRequest(EtcdBytes key, EtcdBytes value) => new()
    {
        Key = key.Bytes,
        Value = value.Bytes,
        Lease = Lease,
        PrevKv = PreviousKv,
        IgnoreValue = IgnoreValue,
        IgnoreLease = IgnoreLease,
    };
}
