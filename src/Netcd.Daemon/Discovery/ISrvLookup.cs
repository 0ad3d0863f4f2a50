using Netcd.Client;

namespace Netcd.Daemon.Discovery;

internal interface ISrvLookup
{
    /// <summary>The targets of a name's SRV records, the preferred ones first.</summary>
    /// <exception cref="DiscoveryException">There are none, or nobody answers.</exception>
    Task<IReadOnlyList<ServiceRecord>> LookUpAsync(string name, CancellationToken cancellation);
}
