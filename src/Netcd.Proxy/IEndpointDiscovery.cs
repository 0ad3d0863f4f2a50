namespace Netcd.Proxy;

/// <summary>Finds the servers that DNS SRV records name.</summary>
public interface IEndpointDiscovery
{
    /// <summary>The targets of a name's records, the preferred ones first; empty when there are none.</summary>
    Task<IReadOnlyList<Endpoint>> LookUpAsync(string name, CancellationToken cancellation);
}
