using Netcd.Raft.Tracker;

namespace Netcd.Raft;

/// <summary>What a leader knows of one member, as part of <see cref="RaftStatus"/>.</summary>
public sealed record ProgressStatus
{
    public required MemberId Id { get; init; }

    /// <summary>The highest index known to be the same in both logs.</summary>
    public required LogIndex Match { get; init; }

    /// <summary>The next entry to send.</summary>
    public required LogIndex Next { get; init; }

    public required ProgressState State { get; init; }

    /// <summary>Index of the snapshot on its way, zero if none.</summary>
    public required LogIndex PendingSnapshot { get; init; }

    public required bool IsLearner { get; init; }

    /// <summary>Heard from since the last quorum check.</summary>
    public required bool IsRecentlyActive { get; init; }

    public required bool IsPaused { get; init; }

    /// <summary>Append messages on their way.</summary>
    public required int InflightMessages { get; init; }
}
