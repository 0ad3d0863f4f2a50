using Netcd.Raft.Quorum;

namespace Netcd.Raft.Tracker;

/// <summary>
/// The configuration in force, each member's progress under it, and the votes of the current campaign.
/// </summary>
internal sealed class ProgressTracker(int inflightMessagesMax, ulong inflightBytesMax)
{
    private readonly Dictionary<MemberId, bool> _votes = [];
    private readonly Dictionary<MemberId, bool> _active = [];

    public TrackerConfig Config { get; private set; } = TrackerConfig.Empty;

    public ProgressMap Progress { get; private set; } = new();

    public Inflights NewInflights() => new(inflightMessagesMax, inflightBytesMax);

    public void Switch(TrackerConfig config, ProgressMap progress)
    {
        Config = config;
        Progress = progress;
    }

    /// <summary>The highest index that a quorum has.</summary>
    public LogIndex Committed() => new(Config.Voters.CommittedIndex(new MatchIndexer(Progress)));

    /// <summary>Whether a quorum of voters was heard from since the last check.</summary>
    public bool IsQuorumActive()
    {
        _active.Clear();
        for (var i = 0; i < Progress.Count; i++)
        {
            if (!Progress.At(i).IsLearner)
            {
                _active[Progress.IdAt(i)] = Progress.At(i).RecentActive;
            }
        }

        return Config.Voters.VoteResult(_active) == VoteResult.Won;
    }

    public void ResetVotes() => _votes.Clear();

    /// <summary>Takes a vote; a member's first one counts.</summary>
    public void RecordVote(MemberId id, bool granted) => _votes.TryAdd(id, granted);

    /// <summary>Counts the votes of tracked voters.</summary>
    public VoteResult TallyVotes(out int granted, out int rejected)
    {
        granted = 0;
        rejected = 0;
        for (var i = 0; i < Progress.Count; i++)
        {
            if (!Progress.At(i).IsLearner && _votes.TryGetValue(Progress.IdAt(i), out var vote))
            {
                granted += vote ? 1 : 0;
                rejected += vote ? 0 : 1;
            }
        }

        return Config.Voters.VoteResult(_votes);
    }

    private readonly struct MatchIndexer(ProgressMap progress) : IAckedIndexer
    {
        public bool TryGetAcked(MemberId id, out ulong index)
        {
            var found = progress.TryGet(id, out var member);
            index = found ? member!.Match.Value : 0;
            return found;
        }
    }
}
