using Microsoft.Extensions.Logging;
using Netcd.Peer.Connections;

namespace Netcd.Peer;

/// <summary>What all peers of one transport share.</summary>
internal sealed record PeerContext(
    HostGate Gate,
    PeerConnector Connector,
    PeerHttp Http,
    PeerMetrics Metrics,
    TimeProvider Time,
    ILogger Logger,
    int MessageBytesMax,
    TimeSpan ReadTimeout,
    TimeSpan WriteTimeout);
