using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The leases of this member. The applier grants, revokes, attaches, detaches and checkpoints; any thread renews and
/// reads. Only the primary (the leader's) lessor counts time.
/// </summary>
public sealed class Lessor
{
    /// <summary>Largest TTL that a grant may ask for.</summary>
    public const long MaxTtlSeconds = 9_000_000_000;

    public Lessor(ILeaseStore store, LessorOptions options, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Whether this lessor counts time and renews.</summary>
    public bool IsPrimary => throw new NotSupportedException();

    public int Count => throw new NotSupportedException();

    /// <summary>Apply of a grant: writes the record. <paramref name="effectiveTtlSeconds"/> is the TTL raised to the minimum.</summary>
    public LeaseStatus Grant(LeaseId id, long ttlSeconds, out long effectiveTtlSeconds) => throw new NotSupportedException();

    /// <summary>
    /// Apply of a revocation, first half: the attached keys in ascending byte order, which the caller deletes in one
    /// write transaction before <see cref="CompleteRevoke"/>.
    /// </summary>
    public LeaseStatus BeginRevoke(LeaseId id, out IReadOnlyList<byte[]> keys) => throw new NotSupportedException();

    /// <summary>Second half, before the same transaction ends: deletes the record and forgets the lease.</summary>
    public void CompleteRevoke(LeaseId id) => throw new NotSupportedException();

    /// <summary>Apply of a checkpoint; unknown leases are ignored.</summary>
    public void Checkpoint(LeaseId id, long remainingTtlSeconds) => throw new NotSupportedException();

    public bool Contains(LeaseId id) => throw new NotSupportedException();

    /// <summary>Ties a key to a lease, instead of the lease it was tied to.</summary>
    public LeaseStatus Attach(LeaseId id, ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>Unties a key from whatever lease it has; nothing happens if it has none.</summary>
    public void Detach(ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>The lease of a key, or <see cref="LeaseId.None"/>.</summary>
    public LeaseId GetLease(ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>Starts a lease's TTL over. Any thread.</summary>
    public LeaseStatus Renew(LeaseId id, out long ttlSeconds) => throw new NotSupportedException();

    /// <summary>
    /// After <see cref="LeaseStatus.Expired"/>: completes with <see cref="LeaseStatus.NotFound"/> when the lease is
    /// revoked, or <see cref="LeaseStatus.NotPrimary"/> when this lessor is demoted first.
    /// </summary>
    public Task<LeaseStatus> WhenDecidedAsync(LeaseId id, CancellationToken cancellation) => throw new NotSupportedException();

    public bool TryGet(LeaseId id, out LeaseInfo lease) => throw new NotSupportedException();

    /// <summary>Keys attached to a lease, in no order; empty for an unknown one.</summary>
    public IReadOnlyList<byte[]> Keys(LeaseId id) => throw new NotSupportedException();

    /// <summary>All leases by expiry, the next to expire first.</summary>
    public IReadOnlyList<LeaseId> Leases() => throw new NotSupportedException();

    /// <summary>Becomes primary: every lease starts over with its remaining or full TTL plus <paramref name="extend"/>.</summary>
    public void Promote(TimeSpan extend) => throw new NotSupportedException();

    /// <summary>Stops counting time; waiting renewals are told.</summary>
    public void Demote() => throw new NotSupportedException();

    /// <summary>For the leader's loop: appends up to <paramref name="max"/> expired leases, whose revocation it then proposes.</summary>
    public int TakeExpired(ICollection<LeaseId> expired, int max) => throw new NotSupportedException();

    /// <summary>For the leader's loop: appends up to <paramref name="max"/> checkpoints that are due.</summary>
    public int TakeCheckpoints(ICollection<LeaseCheckpoint> due, int max) => throw new NotSupportedException();

    /// <summary>Boot: adds a lease from its record. Keys are attached afterwards by the store's restore.</summary>
    /// <exception cref="CorruptionException">The record is no leasepb.Lease.</exception>
    public void Restore(ReadOnlySpan<byte> record) => throw new NotSupportedException();

    /// <summary>Forgets everything, before another restore.</summary>
    public void Clear() => throw new NotSupportedException();
}
