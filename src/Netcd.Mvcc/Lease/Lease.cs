using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>One lease. All members are guarded by the lessor's lock.</summary>
internal sealed class Lease(LeaseId id, long ttlSeconds)
{
    /// <summary>Expiry of a lease that does not count down.</summary>
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    public LeaseId Id { get; } = id;

    /// <summary>Seconds granted, at least the minimum.</summary>
    public long TtlSeconds { get; } = ttlSeconds;

    /// <summary>Seconds of the last checkpoint; 0 is none.</summary>
    public long CheckpointSeconds { get; set; }

    /// <summary>On the lessor's clock; <see cref="Never"/> unless the lessor is primary.</summary>
    public TimeSpan Expiry { get; set; } = Never;

    /// <summary>When the lessor has to look at this lease: its expiry, later if its revocation is under way.</summary>
    public TimeSpan WakeAt { get; set; } = Never;

    /// <summary>Place in the <see cref="LeaseHeap"/>; -1 if not in it.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>Set from the first half of a revocation on: from then it cannot be renewed.</summary>
    public bool IsRevoking { get; set; }

    /// <summary>Attached keys; the arrays are those of the lessor's key map. Null until the first.</summary>
    public HashSet<byte[]>? Keys { get; set; }

    /// <summary>Set while a renewal waits to hear what becomes of the expired lease.</summary>
    public TaskCompletionSource<LeaseStatus>? Decision { get; set; }

    /// <summary>What a new primary has to count down from.</summary>
    public long RemainingSeconds => CheckpointSeconds > 0 ? CheckpointSeconds : TtlSeconds;
}
