using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>Sockets for real addresses, the hand-over queue for its own.</summary>
internal sealed class TransportFactory(IConnectionListenerFactory sockets, HandoffListener handoff)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => true;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is HandoffEndPoint
            ? ValueTask.FromResult<IConnectionListener>(handoff)
            : sockets.BindAsync(endpoint, cancellationToken);
}
