using Netcd.Raft.Tracker;

namespace Netcd.Raft.ConfChanges;

/// <summary>The rules that a configuration and its progresses keep together.</summary>
internal static class ConfigRules
{
    /// <summary>The first rule broken, in upstream's words; null if none.</summary>
    public static string? Violation(TrackerConfig config, ProgressMap progress)
    {
        foreach (var id in config.Voters.Union().Union(config.Learners).Union(config.LearnersNext).Ids)
        {
            if (!progress.Contains(id))
            {
                return $"no progress for {id.Value}";
            }
        }

        foreach (var id in config.LearnersNext.Ids)
        {
            if (!config.Outgoing.Contains(id))
            {
                return $"{id.Value} is in LearnersNext, but not Voters[1]";
            }

            if (progress.TryGet(id, out var next) && next.IsLearner)
            {
                return $"{id.Value} is in LearnersNext, but is already marked as learner";
            }
        }

        foreach (var id in config.Learners.Ids)
        {
            if (config.Outgoing.Contains(id))
            {
                return $"{id.Value} is in Learners and Voters[1]";
            }

            if (config.Incoming.Contains(id))
            {
                return $"{id.Value} is in Learners and Voters[0]";
            }

            if (progress.TryGet(id, out var learner) && !learner.IsLearner)
            {
                return $"{id.Value} is in Learners, but is not marked as learner";
            }
        }

        if (config.IsJoint)
        {
            return null;
        }

        if (!config.LearnersNext.IsEmpty)
        {
            return "cfg.LearnersNext must be nil when not joint";
        }

        return config.AutoLeave ? "AutoLeave must be false when not joint" : null;
    }
}
