using Microsoft.AspNetCore.Http;
using Netcd.Base;
using Netcd.Peer.Client;
using Netcd.Peer.Connections;
using Netcd.Peer.Probing;
using Netcd.Peer.Routes;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Peer;

/// <summary>
/// etcd's peer protocol (server/etcdserver/api/rafthttp): connections to all other members and the answers on the peer
/// port. Made before the member, which it may help to join a cluster; <see cref="Stop"/> ends what the member sees of
/// it, disposing the rest. Thread safe.
/// </summary>
public sealed class PeerTransport : IPeerTransport, IAsyncDisposable
{
    private readonly PeerContext _context;
    private readonly PeerRoutes _routes;
    private readonly PeerClient _client;

    // Guards changes of the list and the timers; readers take the array as it is. Peers ascending by id, remotes among
    // them. Each peer is stopped by who takes it out.
    private readonly Lock _gate = new();
    private readonly List<Task> _stopping = [];
    private Entry[] _entries = [];
    private ITimer? _beats;
    private ITimer? _silence;
    private ITimer? _probes;
    private bool _isStopped;
    private volatile IPeerService? _service;

    public PeerTransport(PeerOptions options)
    {
        var connector = new PeerConnector(options.Tls, options.DialTimeout, options.Time, options.LocalAddress);
        _context = new PeerContext(
            new HostGate(), connector, new PeerHttp(connector), Metrics, options.Time, options.Logger,
            options.MessageBytesMax, options.ReadTimeout, options.WriteTimeout);
        _routes = new PeerRoutes(_context, this);
        _client = new PeerClient(_context.Http);
    }

    public PeerMetrics Metrics { get; } = new();

    /// <summary>Questions to other members, also before the start.</summary>
    public IPeerClient Client => _client;

    /// <summary>What answers other members' questions; null until there is a member.</summary>
    public IPeerService? Service
    {
        get => _service;
        set => _service = value;
    }

    /// <summary>Answers a request on the peer port.</summary>
    public Task HandleAsync(HttpContext http) => _routes.HandleAsync(http);

    /// <inheritdoc/>
    public void Start(IPeerHost host)
    {
        _context.Gate.Open(host);
        lock (_gate)
        {
            _beats = Every(Limits.LinkHeartbeatInterval, static entry => entry.Peer.Beat());
            _silence = Every(_context.ReadTimeout / 5, static entry => entry.Peer.CheckSilence());
            _probes = Every(Limits.ProbeInterval, static entry => entry.Prober?.Probe());
        }
    }

    /// <inheritdoc/>
    public void Send(IReadOnlyList<Message> messages)
    {
        var entries = Volatile.Read(ref _entries);
        var dropped = 0UL;
        var touched = 0UL;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            var position = IndexOf(entries, message.To);
            if (position < 0)
            {
                continue;
            }

            // A bit for each; members beyond the 64th share the last.
            var bit = 1UL << Math.Min(position, 63);
            if (entries[position].Peer.TrySend(message))
            {
                touched |= bit;
            }
            else
            {
                dropped |= bit;
            }
        }

        if ((touched | dropped) == 0)
        {
            return;
        }

        for (var i = 0; i < entries.Length; i++)
        {
            var bit = 1UL << Math.Min(i, 63);
            if ((touched & bit) != 0)
            {
                entries[i].Peer.Flush();
            }

            if ((dropped & bit) != 0)
            {
                _context.Gate.ReportUnreachable(entries[i].Peer.Id);
            }
        }
    }

    /// <inheritdoc/>
    public void SendSnapshot(OutgoingSnapshot snapshot)
    {
        var entries = Volatile.Read(ref _entries);
        var position = IndexOf(entries, snapshot.Message.To);
        if (position >= 0 && !entries[position].Peer.IsRemote)
        {
            entries[position].Peer.SendSnapshot(snapshot);
            return;
        }

        snapshot.Dispose();
        _context.Gate.ReportSnapshot(snapshot.Message.To, SnapshotStatus.Failed);
    }

    /// <inheritdoc/>
    public void AddPeer(MemberId id, IReadOnlyList<string> peerUrls) => Add(id, peerUrls, isRemote: false);

    /// <inheritdoc/>
    public void AddRemote(MemberId id, IReadOnlyList<string> peerUrls) => Add(id, peerUrls, isRemote: true);

    /// <inheritdoc/>
    public void UpdatePeer(MemberId id, IReadOnlyList<string> peerUrls) => FindAny(id)?.Urls.Update(peerUrls);

    /// <inheritdoc/>
    public void RemovePeer(MemberId id)
    {
        lock (_gate)
        {
            var position = IndexOf(_entries, id);
            if (position >= 0)
            {
                Retire(_entries[position].Peer);
                Volatile.Write(ref _entries, [.. _entries[..position], .. _entries[(position + 1)..]]);
            }
        }
    }

    /// <inheritdoc/>
    public long? ActiveSince(MemberId id) => FindPeer(id)?.ActiveSince;

    /// <inheritdoc/>
    public void Stop()
    {
        _context.Gate.Close();
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            _beats?.Dispose();
            _silence?.Dispose();
            _probes?.Dispose();
            foreach (var entry in _entries)
            {
                Retire(entry.Peer);
            }

            Volatile.Write(ref _entries, []);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        Task[] stopping;
        lock (_gate)
        {
            stopping = [.. _stopping];
        }

        await Task.WhenAll(stopping);
        _context.Http.Dispose();
    }

    /// <summary>Null for remotes and strangers.</summary>
    internal PeerLink? FindPeer(MemberId id) => FindAny(id) is { IsRemote: false } peer ? peer : null;

    /// <summary>A request told where its sender is reached, who may be no member yet.</summary>
    internal void Learn(MemberId from, string peerUrls)
    {
        // Not null: who asks came through the gate.
        var host = _context.Gate.Host!;
        if (peerUrls.Length > 0 && !from.IsNone && from != host.Id && !host.IsRemoved(from)
            && IndexOf(Volatile.Read(ref _entries), from) < 0)
        {
            AddRemote(from, peerUrls.Split(','));
        }
    }

    private static int IndexOf(Entry[] entries, MemberId id)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Peer.Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private PeerLink? FindAny(MemberId id)
    {
        var entries = Volatile.Read(ref _entries);
        var position = IndexOf(entries, id);
        return position < 0 ? null : entries[position].Peer;
    }

    private void Add(MemberId id, IReadOnlyList<string> peerUrls, bool isRemote)
    {
        lock (_gate)
        {
            var position = IndexOf(_entries, id);
            if (_isStopped || id == _context.Gate.Host?.Id
                || (position >= 0 && (isRemote || !_entries[position].Peer.IsRemote))
                || (isRemote && _entries.Count(entry => entry.Peer.IsRemote) >= Limits.RemotesMax))
            {
                return;
            }

            var entries = _entries.ToList();
            if (position >= 0)
            {
                // It was a remote until now.
                Retire(entries[position].Peer);
                entries.RemoveAt(position);
            }

            var peer = new PeerLink(id, peerUrls, isRemote, _context);
            entries.Add(new Entry(peer, isRemote ? null : new Prober(peer, _context)));
            entries.Sort(static (left, right) => left.Peer.Id.CompareTo(right.Peer.Id));
            Volatile.Write(ref _entries, [.. entries]);
            peer.Start();
            if (!isRemote)
            {
                Log.PeerStarted(_context.Logger, id);
            }
        }
    }

    private void Retire(PeerLink peer)
    {
        _stopping.RemoveAll(static task => task.IsCompletedSuccessfully);
        _stopping.Add(peer.DisposeAsync().AsTask());
        if (!peer.IsRemote)
        {
            Log.PeerStopped(_context.Logger, peer.Id);
        }
    }

    private ITimer Every(TimeSpan interval, Action<Entry> action) => _context.Time.CreateTimer(
        _ =>
        {
            foreach (var entry in Volatile.Read(ref _entries))
            {
                action(entry);
            }
        },
        null,
        interval,
        interval);

    private sealed record Entry(PeerLink Peer, Prober? Prober);
}
