using System.Diagnostics.CodeAnalysis;
using Netcd.Base.Records;
using Netcd.Raft.Quorum;
using Netcd.Raft.Tracker;

namespace Netcd.Raft.ConfChanges;

/// <summary>
/// Computes configurations from configurations, without touching the one in force. Use one for one change: a change
/// that is refused leaves it in an unspecified state. See upstream's confchange/confchange.go.
/// </summary>
internal sealed class ConfChanger
{
    private readonly ProgressTracker _tracker;
    private readonly LogIndex _lastIndex;

    private ConfChanger(ProgressTracker tracker, TrackerConfig config, ProgressMap progress, LogIndex lastIndex)
    {
        _tracker = tracker;
        _lastIndex = lastIndex;
        Config = config;
        Progress = progress;
    }

    public TrackerConfig Config { get; private set; }

    public ProgressMap Progress { get; }

    /// <summary>From the configuration in force. New members are probed from the log's last index.</summary>
    public static ConfChanger From(ProgressTracker tracker, LogIndex lastIndex) =>
        new(tracker, tracker.Config, tracker.Progress.Clone(), lastIndex);

    /// <summary>
    /// From nothing to what a conf state describes: the outgoing voters one by one, then, as one joint change, their
    /// removal and the incoming voters and learners.
    /// </summary>
    public static bool TryRestore(
        ProgressTracker tracker, LogIndex lastIndex, ConfState state, out ConfChanger changer,
        [NotNullWhen(false)] out string? problem)
    {
        changer = new ConfChanger(tracker, TrackerConfig.Empty, new ProgressMap(), lastIndex);
        var changes = new List<ConfChangeSingle>();
        foreach (var id in state.VotersOutgoing)
        {
            changes.Add(new ConfChangeSingle(ConfChangeType.RemoveNode, id));
            if (!changer.TrySimple([new ConfChangeSingle(ConfChangeType.AddNode, id)], out problem))
            {
                return false;
            }
        }

        Add(changes, ConfChangeType.AddNode, state.Voters);
        Add(changes, ConfChangeType.AddLearnerNode, state.Learners);
        Add(changes, ConfChangeType.AddLearnerNode, state.LearnersNext);
        if (state.VotersOutgoing.Count > 0)
        {
            return changer.TryEnterJoint(state.AutoLeave, changes, out problem) && changer.Matches(state, out problem);
        }

        foreach (var change in changes)
        {
            if (!changer.TrySimple([change], out problem))
            {
                return false;
            }
        }

        return changer.Matches(state, out problem);
    }

    /// <summary>Carries out a change in the form it asks for.</summary>
    public bool TryApply(ConfChangeV2 change, [NotNullWhen(false)] out string? problem)
    {
        if (change.LeavesJoint)
        {
            return TryLeaveJoint(out problem);
        }

        return change.EntersJoint
            ? TryEnterJoint(change.AutoLeave, change.Changes, out problem)
            : TrySimple(change.Changes, out problem);
    }

    /// <summary>
    /// From (1 2 3) to joint (1 2 3)&amp;&amp;(1 2 3), then applies the changes to the incoming half.
    /// </summary>
    public bool TryEnterJoint(
        bool autoLeave, IReadOnlyList<ConfChangeSingle> changes, [NotNullWhen(false)] out string? problem)
    {
        if (Config.IsJoint)
        {
            problem = "config is already joint";
            return false;
        }

        if (Config.Incoming.IsEmpty)
        {
            problem = "can't make a zero-voter config joint";
            return false;
        }

        Config = Config with { Outgoing = Config.Incoming };
        if (!TryChange(changes, out problem))
        {
            return false;
        }

        Config = Config with { AutoLeave = autoLeave };
        return Check(out problem);
    }

    /// <summary>From joint C-new,old to C-new; learners that waited for the outgoing half take their place.</summary>
    public bool TryLeaveJoint([NotNullWhen(false)] out string? problem)
    {
        if (!Config.IsJoint)
        {
            problem = "can't leave a non-joint config";
            return false;
        }

        var outgoing = Config.Outgoing;
        foreach (var id in Config.LearnersNext.Ids)
        {
            Config = Config with { Learners = Config.Learners.With(id) };
            Invariant.Check(Progress.TryGet(id, out var progress));
            progress.IsLearner = true;
        }

        Config = Config with { LearnersNext = MemberSet.Empty, Outgoing = MemberSet.Empty, AutoLeave = false };
        foreach (var id in outgoing.Ids)
        {
            if (!Config.Incoming.Contains(id) && !Config.Learners.Contains(id))
            {
                Progress.Remove(id);
            }
        }

        return Check(out problem);
    }

    /// <summary>Changes of which at most one concerns a voter, in one step.</summary>
    public bool TrySimple(IReadOnlyList<ConfChangeSingle> changes, [NotNullWhen(false)] out string? problem)
    {
        if (Config.IsJoint)
        {
            problem = "can't apply simple config change in joint config";
            return false;
        }

        var before = Config.Incoming;
        if (!TryChange(changes, out problem))
        {
            return false;
        }

        if (before.Difference(Config.Incoming) > 1)
        {
            problem = "more than one voter changed without entering joint config";
            return false;
        }

        return Check(out problem);
    }

    private bool TryChange(IReadOnlyList<ConfChangeSingle> changes, [NotNullWhen(false)] out string? problem)
    {
        foreach (var change in changes)
        {
            if (change.MemberId.IsNone)
            {
                // The application refused this change when it came to apply it.
                continue;
            }

            switch (change.Type)
            {
                case ConfChangeType.AddNode:
                    MakeVoter(change.MemberId);
                    break;
                case ConfChangeType.AddLearnerNode:
                    MakeLearner(change.MemberId);
                    break;
                case ConfChangeType.RemoveNode:
                    Remove(change.MemberId);
                    break;
                case ConfChangeType.UpdateNode:
                    break;
                default:
                    problem = $"unexpected conf type {(int)change.Type}";
                    return false;
            }
        }

        problem = Config.Incoming.IsEmpty ? "removed all voters" : null;
        return problem is null;
    }

    private void MakeVoter(MemberId id)
    {
        if (!Progress.TryGet(id, out var progress))
        {
            Track(id, isLearner: false);
            return;
        }

        progress.IsLearner = false;
        Config = Config with
        {
            Learners = Config.Learners.Without(id),
            LearnersNext = Config.LearnersNext.Without(id),
            Incoming = Config.Incoming.With(id),
        };
    }

    private void MakeLearner(MemberId id)
    {
        if (!Progress.TryGet(id, out var progress))
        {
            Track(id, isLearner: true);
            return;
        }

        if (progress.IsLearner)
        {
            return;
        }

        Remove(id);
        Progress.Set(id, progress);
        if (Config.Outgoing.Contains(id))
        {
            // It still votes in the outgoing half; leaving the joint configuration makes it a learner.
            Config = Config with { LearnersNext = Config.LearnersNext.With(id) };
            return;
        }

        progress.IsLearner = true;
        Config = Config with { Learners = Config.Learners.With(id) };
    }

    private void Remove(MemberId id)
    {
        if (!Progress.Contains(id))
        {
            return;
        }

        Config = Config with
        {
            Incoming = Config.Incoming.Without(id),
            Learners = Config.Learners.Without(id),
            LearnersNext = Config.LearnersNext.Without(id),
        };
        if (!Config.Outgoing.Contains(id))
        {
            Progress.Remove(id);
        }
    }

    private void Track(MemberId id, bool isLearner)
    {
        Config = isLearner
            ? Config with { Learners = Config.Learners.With(id) }
            : Config with { Incoming = Config.Incoming.With(id) };

        // A new member counts as heard from, or the next quorum check could depose the leader before it can answer.
        Progress.Set(id, new Progress(_tracker.NewInflights())
        {
            Next = LogIndex.Max(_lastIndex, new LogIndex(1)),
            IsLearner = isLearner,
            RecentActive = true,
        });
    }

    private static void Add(List<ConfChangeSingle> changes, ConfChangeType type, IReadOnlyList<MemberId> ids)
    {
        foreach (var id in ids)
        {
            changes.Add(new ConfChangeSingle(type, id));
        }
    }

    /// <summary>
    /// Whether the restored configuration is the described one: a list that contradicts itself is not.
    /// </summary>
    private bool Matches(ConfState state, [NotNullWhen(false)] out string? problem)
    {
        var same = Config.Incoming.SetEquals(MemberSet.Of([.. state.Voters]))
            && Config.Outgoing.SetEquals(MemberSet.Of([.. state.VotersOutgoing]))
            && Config.Learners.SetEquals(MemberSet.Of([.. state.Learners]))
            && Config.LearnersNext.SetEquals(MemberSet.Of([.. state.LearnersNext]))
            && (Config.AutoLeave == state.AutoLeave);
        problem = same ? null : $"ConfState not equivalent after restore: {Config}";
        return same;
    }

    /// <summary>What must hold of any configuration; see <see cref="TrackerConfig"/>.</summary>
    private bool Check([NotNullWhen(false)] out string? problem)
    {
        problem = ConfigRules.Violation(Config, Progress);
        return problem is null;
    }
}
