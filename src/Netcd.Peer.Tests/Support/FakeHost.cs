using System.Collections.Concurrent;
using System.Threading.Channels;
using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Peer.Tests.Support;

/// <summary>A member that keeps what its transport tells it.</summary>
internal sealed class FakeHost(ulong id, ulong clusterId, IReadOnlyList<string> urls) : IPeerHost
{
    public MemberId Id { get; } = new(id);

    public ulong ClusterId { get; } = clusterId;

    public IReadOnlyList<string> AdvertisedPeerUrls { get; } = urls;

    public Channel<Message> Received { get; } = Channel.CreateUnbounded<Message>();

    public Channel<MemberId> Unreachable { get; } = Channel.CreateUnbounded<MemberId>();

    public Channel<MemberId> Disconnected { get; } = Channel.CreateUnbounded<MemberId>();

    public Channel<(MemberId Id, SnapshotStatus Status)> SnapshotReports { get; } =
        Channel.CreateUnbounded<(MemberId, SnapshotStatus)>();

    public TaskCompletionSource RemovedFromCluster { get; } = new();

    public ConcurrentDictionary<MemberId, bool> Removed { get; } = new();

    public ConcurrentDictionary<LogIndex, FakeIncomingSnapshot> Snapshots { get; } = new();

    /// <summary>What <see cref="Receive"/> answers.</summary>
    public PeerMessageResult Result { get; set; }

    /// <summary>Set: opening a file fails with this text.</summary>
    public string? DiskError { get; set; }

    public bool IsRemoved(MemberId id) => Removed.ContainsKey(id);

    public PeerMessageResult Receive(Message message)
    {
        if (Result == PeerMessageResult.Accepted)
        {
            Received.Writer.TryWrite(message);
        }

        return Result;
    }

    public void ReportUnreachable(MemberId id) => Unreachable.Writer.TryWrite(id);

    public void ReportSnapshot(MemberId id, SnapshotStatus status) => SnapshotReports.Writer.TryWrite((id, status));

    public void ReportDisconnected(MemberId id) => Disconnected.Writer.TryWrite(id);

    public void ReportRemovedFromCluster() => RemovedFromCluster.TrySetResult();

    public IncomingSnapshot OpenIncomingSnapshot(LogIndex index) => DiskError is { } error
        ? throw new IOException(error)
        : Snapshots[index] = new FakeIncomingSnapshot();

    public ValueTask<Message> NextAsync() => Received.Reader.ReadAsync(TestTimeout.Token());
}
