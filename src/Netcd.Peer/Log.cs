using Microsoft.Extensions.Logging;
using Netcd.Base;

namespace Netcd.Peer;

/// <summary>Log lines about peers; the texts are etcd's (server/etcdserver/api/rafthttp) where it has one.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "peer became active {PeerId}")]
    public static partial void PeerActive(ILogger logger, MemberId peerId);

    [LoggerMessage(
        2, LogLevel.Warning, "peer became inactive (message send to peer failed) {PeerId} {Source} {Url} {Error}")]
    public static partial void PeerInactive(ILogger logger, MemberId peerId, string source, string url, string error);

    [LoggerMessage(3, LogLevel.Warning, "the peer's process is gone: its streams ended and its port refuses {PeerId}")]
    public static partial void PeerGone(ILogger logger, MemberId peerId);

    [LoggerMessage(
        4,
        LogLevel.Information,
        "established TCP streaming connection with remote peer {StreamReaderType} {RemotePeerId}")]
    public static partial void StreamEstablished(ILogger logger, string streamReaderType, MemberId remotePeerId);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "lost TCP streaming connection with remote peer {StreamReaderType} {RemotePeerId} {Error}")]
    public static partial void StreamLost(
        ILogger logger, string streamReaderType, MemberId remotePeerId, string error);

    [LoggerMessage(6, LogLevel.Critical, "the member has been permanently removed from the cluster {RemotePeerId}")]
    public static partial void RemovedFromCluster(ILogger logger, MemberId remotePeerId);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "request sent was ignored by remote peer {RemotePeerId} {Error} {RemotePeerServerVersion} "
        + "{RemotePeerClusterId}")]
    public static partial void PeerIncompatible(
        ILogger logger, MemberId remotePeerId, string error, string remotePeerServerVersion,
        string remotePeerClusterId);

    [LoggerMessage(8, LogLevel.Warning, "rejected stream from remote peer because it was removed {RemotePeerIdFrom}")]
    public static partial void StreamOfRemovedMember(ILogger logger, MemberId remotePeerIdFrom);

    [LoggerMessage(9, LogLevel.Warning, "failed to find remote peer in cluster {RemotePeerIdFrom}")]
    public static partial void StreamOfUnknownMember(ILogger logger, MemberId remotePeerIdFrom);

    [LoggerMessage(10, LogLevel.Information, "sending database snapshot {SnapshotIndex} {RemotePeerId} {Bytes}")]
    public static partial void SendingSnapshot(ILogger logger, ulong snapshotIndex, MemberId remotePeerId, long bytes);

    [LoggerMessage(11, LogLevel.Information, "sent database snapshot {SnapshotIndex} {RemotePeerId} {Bytes} {Took}")]
    public static partial void SentSnapshot(
        ILogger logger, ulong snapshotIndex, MemberId remotePeerId, long bytes, TimeSpan took);

    [LoggerMessage(12, LogLevel.Warning, "failed to send database snapshot {RemotePeerId} {Error}")]
    public static partial void SnapshotNotSent(ILogger logger, MemberId remotePeerId, string error);

    [LoggerMessage(
        13, LogLevel.Information, "receiving database snapshot {RemoteSnapshotSenderId} {IncomingSnapshotIndex}")]
    public static partial void ReceivingSnapshot(
        ILogger logger, MemberId remoteSnapshotSenderId, ulong incomingSnapshotIndex);

    [LoggerMessage(
        14,
        LogLevel.Information,
        "received and saved database snapshot {RemoteSnapshotSenderId} {IncomingSnapshotIndex} "
        + "{IncomingSnapshotSizeBytes} {DownloadTook}")]
    public static partial void ReceivedSnapshot(
        ILogger logger, MemberId remoteSnapshotSenderId, ulong incomingSnapshotIndex, long incomingSnapshotSizeBytes,
        TimeSpan downloadTook);

    [LoggerMessage(
        15, LogLevel.Warning, "failed to save incoming database snapshot {RemoteSnapshotSenderId} {Error}")]
    public static partial void SnapshotNotReceived(ILogger logger, string remoteSnapshotSenderId, string error);

    [LoggerMessage(16, LogLevel.Warning, "prober detected unhealthy status {RemotePeerId} {Error}")]
    public static partial void Unhealthy(ILogger logger, MemberId remotePeerId, string error);

    [LoggerMessage(
        17, LogLevel.Warning, "prober found high clock drift {RemotePeerId} {ClockDrift} {Rtt}")]
    public static partial void ClockDrift(ILogger logger, MemberId remotePeerId, TimeSpan clockDrift, TimeSpan rtt);

    [LoggerMessage(18, LogLevel.Information, "started remote peer {RemotePeerId}")]
    public static partial void PeerStarted(ILogger logger, MemberId remotePeerId);

    [LoggerMessage(19, LogLevel.Information, "stopped remote peer {RemotePeerId}")]
    public static partial void PeerStopped(ILogger logger, MemberId remotePeerId);
}
