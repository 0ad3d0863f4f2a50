using System.Text;

namespace Netcd.Raft.Tracker;

/// <summary>
/// A leader's view of one member. A small state machine: <see cref="State"/> says how eagerly to send, the methods are
/// its transitions. Read and written by the raft loop only.
/// </summary>
internal sealed class Progress(Inflights inflights)
{
    /// <summary>The highest index known to be the same in both logs.</summary>
    public LogIndex Match { get; set; }

    /// <summary>The next entry to send. Those between match and next are on their way.</summary>
    // Invariant: Match < Next. In state Snapshot: Next == PendingSnapshot + 1.
    public LogIndex Next { get; set; }

    /// <summary>
    /// The highest commit index sent, to know whether the follower could learn something new. Goes back when what was
    /// sent may be lost.
    /// </summary>
    public LogIndex SentCommit { get; private set; }

    public ProgressState State { get; private set; }

    /// <summary>Index of the snapshot on its way, in state Snapshot; else zero.</summary>
    public LogIndex PendingSnapshot { get; set; }

    /// <summary>Heard from since the last quorum check. Always true for the leader itself.</summary>
    public bool RecentActive { get; set; }

    /// <summary>
    /// Appends wait for an answer or a heartbeat's answer: in state Probe one was sent, in state Replicate the window
    /// is full.
    /// </summary>
    public bool IsFlowPaused { get; set; }

    public bool IsLearner { get; set; }

    public Inflights Inflights { get; private set; } = inflights;

    /// <summary>Whether appends to this member are held back for now.</summary>
    public bool IsPaused => State == ProgressState.Snapshot || IsFlowPaused;

    /// <summary>Starts anew for a new leader, or a change of term.</summary>
    public void Reset(LogIndex match, LogIndex next)
    {
        Match = match;
        Next = next;
        SentCommit = LogIndex.Zero;
        RecentActive = false;
        ResetState(ProgressState.Probe);
    }

    public Progress Clone() => (Progress)MemberwiseClone();

    public void BecomeProbe()
    {
        // A snapshot that was sent is the best guess where the follower stands now.
        var next = State == ProgressState.Snapshot
            ? LogIndex.Max(Match.Next, PendingSnapshot.Next)
            : Match.Next;
        ResetState(ProgressState.Probe);
        Next = next;
        SentCommit = LogIndex.Min(SentCommit, Next.Previous);
    }

    public void BecomeReplicate()
    {
        ResetState(ProgressState.Replicate);
        Next = Match.Next;
    }

    public void BecomeSnapshot(LogIndex snapshotIndex)
    {
        ResetState(ProgressState.Snapshot);
        PendingSnapshot = snapshotIndex;
        Next = snapshotIndex.Next;
        SentCommit = snapshotIndex;
    }

    /// <summary>Notes that an append with so many entries and payload bytes was sent.</summary>
    public void SentEntries(int count, ulong payloadBytes)
    {
        Invariant.Check(State != ProgressState.Snapshot, $"sending append in unhandled state {State}");
        if (State == ProgressState.Probe)
        {
            // An empty append does not pause: it tells the commit index and costs nothing to repeat.
            IsFlowPaused |= count > 0;
            return;
        }

        if (count > 0)
        {
            Next += (ulong)count;
            Inflights.Add(Next.Previous, payloadBytes);
        }

        // One that fills the window, or goes out although it is full, is a probe: the next waits.
        IsFlowPaused = Inflights.IsFull;
    }

    public void SetSentCommit(LogIndex commit) => SentCommit = commit;

    /// <summary>Whether telling this commit index now could move the follower's own.</summary>
    public bool CanBumpCommit(LogIndex commit) => commit > SentCommit && SentCommit < Next.Previous;

    /// <summary>Takes an acknowledgement; false if it says nothing new.</summary>
    public bool TryUpdate(LogIndex acknowledged)
    {
        if (acknowledged <= Match)
        {
            return false;
        }

        Match = acknowledged;
        Next = LogIndex.Max(Next, acknowledged.Next);
        IsFlowPaused = false;
        return true;
    }

    /// <summary>
    /// Takes the rejection of the append that followed <paramref name="rejected"/>; false if it is stale. Stale are, in
    /// state Replicate, those of matched entries, and otherwise all but the answer to the one probe that is out.
    /// </summary>
    public bool TryDecrease(LogIndex rejected, LogIndex matchHint)
    {
        if (State == ProgressState.Replicate)
        {
            if (rejected <= Match)
            {
                return false;
            }

            Next = Match.Next;
            SentCommit = LogIndex.Min(SentCommit, Next.Previous);
            return true;
        }

        if (Next.Previous != rejected)
        {
            return false;
        }

        Next = LogIndex.Max(LogIndex.Min(rejected, matchHint.Next), Match.Next);
        SentCommit = LogIndex.Min(SentCommit, Next.Previous);
        IsFlowPaused = false;
        return true;
    }

    /// <summary>For log lines, in upstream's form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"State{State} match={Match} next={Next}");
        text.Append(IsLearner ? " learner" : string.Empty);
        text.Append(IsPaused ? " paused" : string.Empty);
        if (PendingSnapshot > LogIndex.Zero)
        {
            text.Append($" pendingSnap={PendingSnapshot}");
        }

        text.Append(RecentActive ? string.Empty : " inactive");
        if (Inflights.Count > 0)
        {
            text.Append($" inflight={Inflights.Count}").Append(Inflights.IsFull ? "[full]" : string.Empty);
        }

        return text.ToString();
    }

    private void ResetState(ProgressState state)
    {
        IsFlowPaused = false;
        PendingSnapshot = LogIndex.Zero;
        State = state;
        Inflights.Reset();
    }
}
