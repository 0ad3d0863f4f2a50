using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Cluster;

/// <summary>One member's end of a <see cref="MemoryNetwork"/>. Snapshots go over on the thread that asks.</summary>
internal sealed class MemoryTransport(MemoryNetwork network) : IPeerTransport
{
    private const int PieceBytes = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, IReadOnlyList<string>> _peers = [];
    private IPeerHost? _host;
    private bool _stopped;

    /// <summary>Snapshots to damage on the way, each in another manner, before they arrive whole again.</summary>
    internal int Damage { get; set; }

    internal IReadOnlyCollection<MemberId> Peers
    {
        get
        {
            lock (_gate)
            {
                return [.. _peers.Keys.Order()];
            }
        }
    }

    private IPeerHost Host => _host ?? throw new InvalidOperationException("not started");

    public void Start(IPeerHost host)
    {
        _host = host;
        network.Attach(host);
    }

    public void Send(IReadOnlyList<Message> messages)
    {
        foreach (var message in messages)
        {
            Assert.NotEqual(MessageType.Snap, message.Type);
            if (!IsPeer(message.To) || !network.TryFind(Host.Id, message.To, out var receiver))
            {
                Host.ReportUnreachable(message.To);
            }
            else if (network.Passes(message))
            {
                receiver.Receive(message);
            }
        }
    }

    public void SendSnapshot(OutgoingSnapshot snapshot)
    {
        using (snapshot)
        {
            var status = TrySend(snapshot) ? SnapshotStatus.Finished : SnapshotStatus.Failed;
            Host.ReportSnapshot(snapshot.Message.To, status);
        }
    }

    public void AddPeer(MemberId id, IReadOnlyList<string> peerUrls)
    {
        lock (_gate)
        {
            _peers.TryAdd(id, peerUrls);
        }
    }

    public void AddRemote(MemberId id, IReadOnlyList<string> peerUrls) => AddPeer(id, peerUrls);

    public void UpdatePeer(MemberId id, IReadOnlyList<string> peerUrls)
    {
        lock (_gate)
        {
            _peers[id] = peerUrls;
        }
    }

    public void RemovePeer(MemberId id)
    {
        lock (_gate)
        {
            _peers.Remove(id);
        }
    }

    public long? ActiveSince(MemberId id) => network.TryFind(Host.Id, id, out _) ? 1 : null;

    public void Stop()
    {
        Assert.False(_stopped);
        _stopped = true;
        network.Detach(Host);
    }

    private bool IsPeer(MemberId id)
    {
        lock (_gate)
        {
            return _peers.ContainsKey(id);
        }
    }

    private bool TrySend(OutgoingSnapshot snapshot)
    {
        var message = snapshot.Message;
        if (!network.TryFind(Host.Id, message.To, out var receiver) || !network.Passes(message))
        {
            return false;
        }

        try
        {
            using var incoming = receiver.OpenIncomingSnapshot(message.Snapshot!.Metadata.Index); // A MsgSnap has one.
            var damage = Damage;
            Damage = Math.Max(0, damage - 1);
            var piece = new byte[PieceBytes];
            for (var offset = 0L; offset < snapshot.Database.LengthBytes;)
            {
                var read = snapshot.Database.Read(offset, piece);
                if (damage == 3 && offset > snapshot.Database.LengthBytes / 2)
                {
                    break;
                }

                if ((damage == 2 && offset >= 2 * PieceBytes) || (damage == 1 && offset < 2 * PieceBytes))
                {
                    piece.AsSpan().Fill(0x5A);
                }

                incoming.Write(piece.AsSpan(0, read));
                offset += read;
            }

            incoming.Complete();
            return receiver.Receive(message) == PeerMessageResult.Accepted;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
