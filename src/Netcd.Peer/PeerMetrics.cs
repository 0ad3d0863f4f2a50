using System.Collections.Concurrent;
using Netcd.Base.Metrics;

namespace Netcd.Peer;

/// <summary>
/// What is counted of the traffic with peers, under etcd's names (<c>etcd_network_</c>). Ids are hex.
/// </summary>
public sealed class PeerMetrics
{
    private readonly ConcurrentDictionary<string, Histogram> _sendSeconds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Histogram> _receiveSeconds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Histogram> _roundTrips = new(StringComparer.Ordinal);

    /// <summary><c>peer_sent_bytes_total</c>.</summary>
    public CounterFamily SentBytes { get; } = new("To");

    /// <summary><c>peer_received_bytes_total</c>.</summary>
    public CounterFamily ReceivedBytes { get; } = new("From");

    /// <summary><c>peer_sent_failures_total</c>.</summary>
    public CounterFamily SentFailures { get; } = new("To");

    /// <summary><c>peer_received_failures_total</c>; told apart by address, as etcd does.</summary>
    public CounterFamily ReceivedFailures { get; } = new("From");

    /// <summary><c>active_peers</c>: a gauge.</summary>
    public CounterFamily ActivePeers { get; } = new("Local", "Remote");

    /// <summary><c>disconnected_peers_total</c>.</summary>
    public CounterFamily DisconnectedPeers { get; } = new("Local", "Remote");

    /// <summary><c>snapshot_send_success</c>.</summary>
    public CounterFamily SnapshotsSent { get; } = new("To");

    /// <summary><c>snapshot_send_failures</c>.</summary>
    public CounterFamily SnapshotSendFailures { get; } = new("To");

    /// <summary><c>snapshot_receive_success</c>.</summary>
    public CounterFamily SnapshotsReceived { get; } = new("From");

    /// <summary><c>snapshot_receive_failures</c>.</summary>
    public CounterFamily SnapshotReceiveFailures { get; } = new("From");

    /// <summary><c>snapshot_send_inflights_total</c>: a gauge.</summary>
    public CounterFamily SnapshotsBeingSent { get; } = new("To");

    /// <summary><c>snapshot_receive_inflights_total</c>: a gauge.</summary>
    public CounterFamily SnapshotsBeingReceived { get; } = new("From");

    /// <summary><c>snapshot_send_total_duration_seconds</c> by <c>To</c>.</summary>
    public IEnumerable<KeyValuePair<string, Histogram>> SnapshotSendSeconds => _sendSeconds;

    /// <summary><c>snapshot_receive_total_duration_seconds</c> by <c>From</c>.</summary>
    public IEnumerable<KeyValuePair<string, Histogram>> SnapshotReceiveSeconds => _receiveSeconds;

    /// <summary><c>peer_round_trip_time_seconds</c> by <c>To</c>.</summary>
    public IEnumerable<KeyValuePair<string, Histogram>> RoundTrips => _roundTrips;

    internal Histogram SnapshotSend(string to) =>
        _sendSeconds.GetOrAdd(to, static _ => new Histogram(Histogram.Exponential(0.1, 2, 10)));

    internal Histogram SnapshotReceive(string from) =>
        _receiveSeconds.GetOrAdd(from, static _ => new Histogram(Histogram.Exponential(0.1, 2, 10)));

    internal Histogram RoundTrip(string to) =>
        _roundTrips.GetOrAdd(to, static _ => new Histogram(Histogram.Exponential(0.0001, 2, 16)));
}
