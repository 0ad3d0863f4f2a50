using Netcd.Base;
using Netcd.Server.Waiting;

namespace Netcd.Server.Loops;

/// <summary>
/// Proposals of this member that are with the leader. When that one's process is gone, and all that its term left
/// behind is applied, those still waiting were lost with it: they are refused as etcd refuses them, but not only at the
/// end of their timeout. A leader that may be alive could still pass them on. Raft loop only.
/// </summary>
internal sealed class ForwardedProposals(PendingTable pending)
{
    private readonly Queue<Batch> _batches = new();
    private Term _started;
    private bool _answered;

    /// <summary>Notes what was handed to the leader of a term.</summary>
    internal void Add(MemberId leader, Term term, ReadOnlySpan<RaftInput> inputs)
    {
        var ids = new ulong[inputs.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = inputs[i].Id;
        }

        _batches.Enqueue(new Batch(leader, term, ids));
    }

    /// <summary>A member's process has ended.</summary>
    internal void Gone(MemberId member)
    {
        foreach (var batch in _batches)
        {
            batch.IsLost |= batch.Leader == member;
        }

        Refuse();
    }

    /// <summary>Everything of earlier terms is applied.</summary>
    internal void TermStarted(Term term)
    {
        _started = term > _started ? term : _started;
        Refuse();
    }

    /// <summary>Forgets batches that nobody waits for any more, the oldest first.</summary>
    internal void Prune()
    {
        while (_batches.TryPeek(out var batch) && !Array.Exists(batch.Ids, pending.Contains))
        {
            _batches.Dequeue();
        }
    }

    /// <summary>Whether a waiter was told since the last call.</summary>
    internal bool TakeAnswered()
    {
        var answered = _answered;
        _answered = false;
        return answered;
    }

    private void Refuse()
    {
        foreach (var batch in _batches)
        {
            if (!batch.IsLost || batch.Term >= _started)
            {
                continue;
            }

            foreach (var id in batch.Ids)
            {
                if (pending.TryTake(id, out var request))
                {
                    request.Waiter.Refused(Refusal.TimeoutLeaderFailed);
                    _answered = true;
                }
            }
        }

        Prune();
    }

    private sealed class Batch(MemberId leader, Term term, ulong[] ids)
    {
        internal MemberId Leader { get; } = leader;

        internal Term Term { get; } = term;

        internal ulong[] Ids { get; } = ids;

        internal bool IsLost { get; set; }
    }
}
