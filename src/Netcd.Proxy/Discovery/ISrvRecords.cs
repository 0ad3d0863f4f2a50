namespace Netcd.Proxy.Discovery;

/// <summary>Looks DNS SRV records up.</summary>
public interface ISrvRecords
{
    /// <summary>The records of a name, the preferred ones first.</summary>
    /// <exception cref="SrvException">There are none, or nobody answers.</exception>
    Task<IReadOnlyList<SrvRecord>> LookUpAsync(string name, CancellationToken cancellation);
}
