using Netcd.Base.Records;

namespace Netcd.Raft;

/// <summary>
/// A picture of one member at one moment, for status pages, metrics and membership checks. Immutable.
/// </summary>
public sealed record RaftStatus
{
    public required MemberId Id { get; init; }

    public required Term Term { get; init; }

    public required MemberId Vote { get; init; }

    public required LogIndex CommitIndex { get; init; }

    public required LogIndex AppliedIndex { get; init; }

    public required LogIndex FirstIndex { get; init; }

    public required LogIndex LastIndex { get; init; }

    public required MemberId Leader { get; init; }

    public required RaftRole Role { get; init; }

    /// <summary>Whom the leader is handing over to; none outside of a transfer.</summary>
    public required MemberId Transferee { get; init; }

    public required ConfState ConfState { get; init; }

    /// <summary>
    /// Each member's progress in ascending order of ids, itself included; empty unless this member leads.
    /// </summary>
    public required IReadOnlyList<ProgressStatus> Progress { get; init; }

    internal static RaftStatus Of(RaftCore core)
    {
        var progress = new List<ProgressStatus>();
        for (var i = 0; core.Role == RaftRole.Leader && i < core.Tracker.Progress.Count; i++)
        {
            var member = core.Tracker.Progress.At(i);
            progress.Add(new ProgressStatus
            {
                Id = core.Tracker.Progress.IdAt(i),
                Match = member.Match,
                Next = member.Next,
                State = member.State,
                PendingSnapshot = member.PendingSnapshot,
                IsLearner = member.IsLearner,
                IsRecentlyActive = member.RecentActive,
                IsPaused = member.IsPaused,
                InflightMessages = member.Inflights.Count,
            });
        }

        return new RaftStatus
        {
            Id = core.Id,
            Term = core.Term,
            Vote = core.Vote,
            CommitIndex = core.Log.Committed,
            AppliedIndex = core.Log.Applied,
            FirstIndex = core.Log.FirstIndex,
            LastIndex = core.Log.LastIndex,
            Leader = core.Leader,
            Role = core.Role,
            Transferee = core.Transferee,
            ConfState = core.Tracker.Config.ToConfState(),
            Progress = progress,
        };
    }
}
