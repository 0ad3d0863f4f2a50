using Netcd.Base;
using Netcd.Server;

namespace Netcd.Daemon.Discovery;

/// <summary>Discovery (v3) with a connection for as long as it takes.</summary>
internal sealed class RegistryService(
    Func<IRegistry> connect, string token, TimeProvider time, ILogger logger) : IClusterDiscovery
{
    public async Task<IReadOnlyList<InitialMember>> JoinAsync(
        MemberId self, string pairs, CancellationToken cancellation)
    {
        using var registry = connect();
        return await new RegistryDiscovery(registry, token, time, logger).JoinAsync(self, pairs, cancellation);
    }
}
