using Netcd.Base;

namespace Netcd.Server.Loops;

/// <summary>
/// What other threads may know of the loops' state. Each value has one writer; each is read atomically.
/// </summary>
internal sealed class MemberStatus
{
    private ulong _term;
    private ulong _leader;
    private ulong _committed;
    private ulong _soleLeaderTerm;
    private ulong _appliedTerm;
    private long _leaderSince;
    private long _leaderLost;
    private long _lastTick;
    private bool _hasWaitingChange;
    private Exception? _failure;

    /// <summary>Written by the raft loop.</summary>
    internal Term Term
    {
        get => new(Volatile.Read(ref _term));
        set => Volatile.Write(ref _term, value.Value);
    }

    /// <summary>Written by the raft loop.</summary>
    internal MemberId Leader
    {
        get => new(Volatile.Read(ref _leader));
        set => Volatile.Write(ref _leader, value.Value);
    }

    /// <summary>Written by the raft loop.</summary>
    internal LogIndex Committed
    {
        get => new(Volatile.Read(ref _committed));
        set => Volatile.Write(ref _committed, value.Value);
    }

    /// <summary>
    /// The term in which this member leads as the only voter, or zero. Zero before another voter can take part: the
    /// raft loop clears it when it puts the change into force, and only then talks to the new member.
    /// </summary>
    internal Term SoleLeaderTerm
    {
        get => new(Volatile.Read(ref _soleLeaderTerm));
        set => Volatile.Write(ref _soleLeaderTerm, value.Value);
    }

    /// <summary>
    /// Whether a conf change is held back until the one before it is applied. Written by the raft loop.
    /// </summary>
    internal bool HasWaitingChange
    {
        get => Volatile.Read(ref _hasWaitingChange);
        set => Volatile.Write(ref _hasWaitingChange, value);
    }

    /// <summary>Term of the last applied entry. Written by the applier.</summary>
    internal Term AppliedTerm
    {
        get => new(Volatile.Read(ref _appliedTerm));
        set => Volatile.Write(ref _appliedTerm, value.Value);
    }

    /// <summary>Timestamp at which the present leader became known. Written by the raft loop.</summary>
    internal long LeaderSince
    {
        get => Volatile.Read(ref _leaderSince);
        set => Volatile.Write(ref _leaderSince, value);
    }

    /// <summary>Timestamp at which the last leader was lost; 0 before. Written by the raft loop.</summary>
    internal long LeaderLost
    {
        get => Volatile.Read(ref _leaderLost);
        set => Volatile.Write(ref _leaderLost, value);
    }

    /// <summary>Timestamp of the raft loop's last tick. Written by the raft loop.</summary>
    internal long LastTick
    {
        get => Volatile.Read(ref _lastTick);
        set => Volatile.Write(ref _lastTick, value);
    }

    /// <summary>
    /// Whether a read on this thread now is linearizable. Whatever was acknowledged in this term was applied here
    /// before its answer left, and whatever was acknowledged before lies below the first entry of this term, which is
    /// applied.
    /// </summary>
    internal bool CanReadNow
    {
        get
        {
            var term = SoleLeaderTerm;
            return term != Term.Zero && term == AppliedTerm;
        }
    }

    /// <summary>What made the member stop, if it did not stop by itself.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Notes the first failure; false if there was one before.</summary>
    internal bool TryFail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null) is null;
}
