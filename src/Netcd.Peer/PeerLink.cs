using Netcd.Base;
using Netcd.Base.Metrics;
using Netcd.Peer.Connections;
using Netcd.Peer.Pipeline;
using Netcd.Peer.Snapshots;
using Netcd.Peer.Streams;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Peer;

/// <summary>
/// One other member. A peer proper has two streams each way, a pipeline and snapshots; a remote has the pipeline only.
/// Thread safe.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private readonly PeerContext _context;

    // Guards the outgoing streams and the activity.
    private readonly Lock _gate = new();
    private readonly OutgoingStream?[] _outgoing = new OutgoingStream?[2];
    private readonly IncomingStream[] _incoming;
    private readonly MessagePipeline _pipeline;
    private readonly SnapshotSender _snapshots;
    private long _activeSince;
    private bool _wasEstablished;
    private bool _isStopped;

    public PeerLink(MemberId id, IReadOnlyList<string> urls, bool isRemote, PeerContext context)
    {
        Id = id;
        Name = id.ToString();
        IsRemote = isRemote;
        Urls = new PeerUrls(urls);
        _context = context;
        Sent = context.Metrics.SentBytes.With(Name);
        Received = context.Metrics.ReceivedBytes.With(Name);
        _pipeline = new MessagePipeline(this, context);
        _snapshots = new SnapshotSender(this, context);
        _incoming = isRemote
            ? []
            :
            [
                new IncomingStream(StreamKind.Message, this, context),
                new IncomingStream(StreamKind.MsgApp, this, context),
            ];
    }

    public MemberId Id { get; }

    /// <summary>The id in hex.</summary>
    public string Name { get; }

    public bool IsRemote { get; }

    public PeerUrls Urls { get; }

    public Counter Sent { get; }

    public Counter Received { get; }

    /// <summary>Timestamp since which it is heard from; null while it is not.</summary>
    public long? ActiveSince => Volatile.Read(ref _activeSince) is var since && since == 0 ? null : since;

    /// <summary>Whether all four streams are there.</summary>
    public bool IsWhole => Outgoing(StreamKind.Message) is not null && Outgoing(StreamKind.MsgApp) is not null
        && _incoming.Length > 0 && Array.TrueForAll(_incoming, static stream => stream.IsEstablished);

    private string LocalName => _context.Gate.Host?.Id.ToString() ?? "";

    public void Start()
    {
        foreach (var stream in _incoming)
        {
            stream.Start();
        }
    }

    /// <summary>Takes a message for the stream that is made for it; false when it is dropped.</summary>
    public bool TrySend(Message message)
    {
        var stream = message.Type == MessageType.App ? Outgoing(StreamKind.MsgApp) : null;
        stream ??= Outgoing(StreamKind.Message);
        if (stream is null ? _pipeline.TryAdd(message) : stream.TryAdd(message))
        {
            return true;
        }

        _context.Metrics.SentFailures.With(Name).Increment();
        return false;
    }

    /// <summary>Sends what was taken.</summary>
    public void Flush()
    {
        Outgoing(StreamKind.Message)?.Flush();
        Outgoing(StreamKind.MsgApp)?.Flush();
    }

    public void SendSnapshot(OutgoingSnapshot snapshot) => _snapshots.Send(snapshot);

    /// <summary>
    /// The peer has opened a stream: it takes the place of an earlier one. False when this peer is gone.
    /// </summary>
    public bool TryAttach(OutgoingStream stream)
    {
        OutgoingStream? old;
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            ref var place = ref _outgoing[(int)stream.Kind];
            old = place;
            place = stream;
        }

        old?.Close();
        return true;
    }

    public void Detach(OutgoingStream stream)
    {
        lock (_gate)
        {
            ref var place = ref _outgoing[(int)stream.Kind];
            if (ReferenceEquals(place, stream))
            {
                place = null;
            }
        }

        stream.Close();
    }

    /// <summary>Link heartbeats are due.</summary>
    public void Beat()
    {
        Outgoing(StreamKind.Message)?.Beat();
        Outgoing(StreamKind.MsgApp)?.Beat();
    }

    public void CheckSilence()
    {
        foreach (var stream in _incoming)
        {
            stream.CheckSilence();
        }
    }

    /// <summary>Something came through.</summary>
    public void OnActive(bool isStream)
    {
        lock (_gate)
        {
            _wasEstablished |= isStream;
            if (_activeSince != 0)
            {
                return;
            }

            _activeSince = _context.Time.GetTimestamp() | 1;
        }

        _context.Metrics.ActivePeers.With(LocalName, Name).Increment();
        Log.PeerActive(_context.Logger, Id);
    }

    /// <summary>
    /// Something failed. A stream that merely broke off does not count yet (rafthttp does not count it either): the
    /// next dial tells.
    /// </summary>
    public void OnInactive(string source, string url, string problem, bool isBroken)
    {
        if (isBroken)
        {
            Log.StreamLost(_context.Logger, source, Id, problem);
            return;
        }

        lock (_gate)
        {
            if (_activeSince == 0)
            {
                return;
            }

            _activeSince = 0;
        }

        _context.Metrics.ActivePeers.With(LocalName, Name).Add(-1);
        _context.Metrics.DisconnectedPeers.With(LocalName, Name).Increment();
        Log.PeerInactive(_context.Logger, Id, source, url, problem);
    }

    /// <summary>
    /// Every address of it refuses connections. If it was connected before and no stream from it is left, its process
    /// is gone, and all it said has been delivered.
    /// </summary>
    public void OnRefused()
    {
        lock (_gate)
        {
            if (!_wasEstablished || _incoming.Any(stream => stream.IsEstablished))
            {
                return;
            }

            _wasEstablished = false;
        }

        Log.PeerGone(_context.Logger, Id);
        _context.Gate.ReportDisconnected(Id);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
        }

        Outgoing(StreamKind.Message)?.Close();
        Outgoing(StreamKind.MsgApp)?.Close();
        await Task.WhenAll(_incoming.Select(stream => stream.DisposeAsync().AsTask()));
        await _pipeline.DisposeAsync();
        await _snapshots.DisposeAsync();
    }

    private OutgoingStream? Outgoing(StreamKind kind) => Volatile.Read(ref _outgoing[(int)kind]);
}
