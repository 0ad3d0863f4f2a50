using System.Net;
using Netcd.Client;

namespace Netcd.Daemon.Discovery;

/// <summary>SRV records by way of the client library.</summary>
internal sealed class SrvLookup(ServiceRecords records) : ISrvLookup
{
    public SrvLookup()
        : this(new ServiceRecords())
    {
    }

    /// <param name="nameServer">The name server to ask instead of the system's.</param>
    internal SrvLookup(IPEndPoint nameServer)
        : this(new ServiceRecords(nameServer))
    {
    }

    public async Task<IReadOnlyList<ServiceRecord>> LookUpAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await records.LookUpAsync(name, cancellation);
        }
        catch (ServiceRecordException problem)
        {
            throw new DiscoveryException(problem.Message, problem);
        }
    }
}
