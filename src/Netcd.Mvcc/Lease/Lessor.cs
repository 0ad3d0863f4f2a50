using Netcd.Base;
using Netcd.Base.Metrics;

namespace Netcd.Mvcc;

/// <summary>
/// The leases of this member. The applier grants, revokes, attaches, detaches and checkpoints; any thread renews and
/// reads. Only the primary (the leader's) lessor counts time: on other members leases never expire.
/// </summary>
/// <remarks>
/// One short lock guards everything; the store is called outside it, always on the applier's thread. What the applier
/// does depends on nothing but its calls: the clock moves only expiries, which are no part of the replicated state.
/// Upstream: server/lease/lessor.go.
/// </remarks>
public sealed partial class Lessor
{
    /// <summary>Largest TTL that a grant may ask for.</summary>
    public const long MaxTtlSeconds = 9_000_000_000;

    /// <summary>Remaining seconds of a lease that does not count down: Go's longest duration.</summary>
    public const long ForeverSeconds = 9_223_372_036;

    private readonly Lock _lock = new();
    private readonly ILeaseStore _store;
    private readonly LessorOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;

    private readonly Dictionary<LeaseId, Lease> _leases = [];
    private readonly Dictionary<byte[], Lease> _keys = new(KeyBytesComparer.Instance);
    private readonly LeaseHeap _expiries = new();
    private readonly PriorityQueue<LeaseId, TimeSpan> _checkpoints = new();
    private readonly HashSet<Lease> _undecided = [];
    private bool _isPrimary;

    public Lessor(ILeaseStore store, LessorOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _options = options;
        _time = time;
        _origin = time.GetTimestamp();
        CheckpointsPersisted = options.CheckpointsPersisted;
    }

    /// <summary>Whether checkpoints are written to the store. Applier: it changes with the cluster version.</summary>
    public bool CheckpointsPersisted { get; set; }

    /// <summary>Whether this lessor counts time and renews.</summary>
    public bool IsPrimary
    {
        get
        {
            lock (_lock)
            {
                return _isPrimary;
            }
        }
    }

    /// <summary>Leases held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>Leases granted, revoked and renewed since the start, for metrics.</summary>
    public long GrantedTotal { get; private set; }

    /// <inheritdoc cref="GrantedTotal"/>
    public long RevokedTotal { get; private set; }

    /// <inheritdoc cref="GrantedTotal"/>
    public long RenewedTotal { get; private set; }

    /// <summary>TTLs of granted leases.</summary>
    public Histogram TtlSeconds { get; } = new(Histogram.Exponential(1, 2, 24));

    // The lessor's clock. Monotonic: no jump of the wall clock expires a lease.
    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>
    /// Apply of a grant: writes the record. <paramref name="effectiveTtlSeconds"/> is the TTL raised to the minimum.
    /// </summary>
    public LeaseStatus Grant(LeaseId id, long ttlSeconds, out long effectiveTtlSeconds)
    {
        effectiveTtlSeconds = Math.Max(ttlSeconds, _options.MinTtlSeconds);
        if (id.IsNone)
        {
            return LeaseStatus.NotFound;
        }

        if (ttlSeconds > MaxTtlSeconds)
        {
            return LeaseStatus.TtlTooLarge;
        }

        if (Contains(id))
        {
            return LeaseStatus.Exists;
        }

        var lease = new Lease(id, effectiveTtlSeconds);
        Persist(lease);
        lock (_lock)
        {
            _leases.Add(id, lease);
            GrantedTotal++;
            TtlSeconds.Observe(effectiveTtlSeconds);
            if (_isPrimary)
            {
                Refresh(lease, Now, TimeSpan.Zero);
                ScheduleCheckpoint(lease, Now);
            }
        }

        return LeaseStatus.Ok;
    }

    /// <summary>
    /// Apply of a revocation, first half: the attached keys in ascending byte order, which the caller deletes in one
    /// write transaction before <see cref="CompleteRevoke"/>. From here on the lease is not renewed any more.
    /// </summary>
    public LeaseStatus BeginRevoke(LeaseId id, out IReadOnlyList<byte[]> keys)
    {
        lock (_lock)
        {
            if (!_leases.TryGetValue(id, out var lease))
            {
                keys = [];
                return LeaseStatus.NotFound;
            }

            // Every member must delete in the same order, or their revisions differ.
            lease.IsRevoking = true;
            var sorted = KeysOf(lease);
            sorted.AsSpan().Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
            keys = sorted;
            return LeaseStatus.Ok;
        }
    }

    /// <summary>Second half, before the same transaction ends: deletes the record and forgets the lease.</summary>
    public void CompleteRevoke(LeaseId id)
    {
        _store.DeleteLease(id);
        lock (_lock)
        {
            Invariant.Check(_leases.Remove(id, out var lease) && lease.IsRevoking);
            foreach (var key in KeysOf(lease))
            {
                Detach(lease, key);
            }

            _expiries.Remove(lease);
            RevokedTotal++;
            Decide(lease, LeaseStatus.NotFound);
        }
    }

    /// <summary>Apply of a checkpoint; unknown leases are ignored.</summary>
    public void Checkpoint(LeaseId id, long remainingTtlSeconds)
    {
        Lease? lease;
        lock (_lock)
        {
            if (!_leases.TryGetValue(id, out lease))
            {
                return;
            }

            lease.CheckpointSeconds = remainingTtlSeconds;
            if (_isPrimary)
            {
                ScheduleCheckpoint(lease, Now);
            }
        }

        if (CheckpointsPersisted)
        {
            Persist(lease);
        }
    }

    /// <summary>Whether a lease exists.</summary>
    public bool Contains(LeaseId id)
    {
        lock (_lock)
        {
            return _leases.ContainsKey(id);
        }
    }

    /// <summary>Ties a key to a lease, instead of the lease it was tied to. An unknown lease changes nothing.</summary>
    public LeaseStatus Attach(LeaseId id, ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (!_leases.TryGetValue(id, out var lease))
            {
                return LeaseStatus.NotFound;
            }

            var keys = _keys.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (!keys.TryGetValue(key, out var owned, out var before))
            {
                owned = key.ToArray();
            }
            else if (before == lease)
            {
                return LeaseStatus.Ok;
            }
            else
            {
                Invariant.Check(before.Keys is not null && before.Keys.Remove(owned));
            }

            _keys[owned] = lease;
            Invariant.Check((lease.Keys ??= []).Add(owned));
            return LeaseStatus.Ok;
        }
    }

    /// <summary>Unties a key from whatever lease it has; nothing happens if it has none.</summary>
    public void Detach(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (_keys.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var owned, out var lease))
            {
                Detach(lease, owned);
            }
        }
    }

    /// <summary>The lease of a key, or <see cref="LeaseId.None"/>.</summary>
    public LeaseId GetLease(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            var keys = _keys.GetAlternateLookup<ReadOnlySpan<byte>>();
            return keys.TryGetValue(key, out var lease) ? lease.Id : LeaseId.None;
        }
    }

    /// <summary>Boot: adds a lease from its record. Keys are attached afterwards by the store's restore.</summary>
    /// <exception cref="CorruptionException">The record is no leasepb.Lease.</exception>
    public void Restore(ReadOnlySpan<byte> record)
    {
        var stored = LeaseRecord.Parse(record);
        lock (_lock)
        {
            Invariant.Check(!_isPrimary);
            var ttl = Math.Max(stored.TtlSeconds, _options.MinTtlSeconds);
            _leases[stored.Id] = new Lease(stored.Id, ttl) { CheckpointSeconds = stored.RemainingTtlSeconds };
        }
    }

    /// <summary>Forgets everything, before another restore; waiting renewals hear that the lease is gone.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            DecideAll(LeaseStatus.NotFound);

            _leases.Clear();
            _keys.Clear();
            _expiries.Clear();
            _checkpoints.Clear();
        }
    }

    private static byte[][] KeysOf(Lease lease) => lease.Keys is null ? [] : [.. lease.Keys];

    private void Detach(Lease lease, byte[] key)
    {
        Invariant.Check(_keys.Remove(key));
        Invariant.Check(lease.Keys is not null && lease.Keys.Remove(key));
    }

    private void Persist(Lease lease)
    {
        Span<byte> record = stackalloc byte[LeaseRecord.BytesMax];
        var length = new LeaseRecord(lease.Id, lease.TtlSeconds, lease.CheckpointSeconds).Write(record);
        _store.PutLease(lease.Id, record[..length]);
    }
}
