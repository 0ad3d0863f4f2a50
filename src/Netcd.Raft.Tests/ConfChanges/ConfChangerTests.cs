using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Tracker;

namespace Netcd.Raft.Tests.ConfChanges;

public sealed class ConfChangerTests
{
    public static TheoryData<string, string, string, string> Cases() => new()
    {
        // name                                    changes, | between steps         result
        { "adds voters one by one",               "v1|v2|v3",                        "voters=(1 2 3)", "" },
        { "adds a learner",                       "v1|l2",                           "voters=(1) learners=(2)", "" },
        { "promotes a learner",                   "v1|l2|v2",                        "voters=(1 2)", "" },
        { "demotes a voter",                      "v1|v2|l2",                        "voters=(1) learners=(2)", "" },
        { "removes a voter",                      "v1|v2|r1",                        "voters=(2)", "" },
        { "removes a stranger",                   "v1|r5",                           "voters=(1)", "" },
        { "ignores a refused change",             "v1|v0|u1",                        "voters=(1)", "" },
        { "refuses to remove the last voter",     "v1|r1",                           "", "removed all voters" },
        { "refuses two voters in one step",       "v1|v2 v3",                        "", "more than one voter changed without entering joint config" },
        { "takes a voter and learners together",  "v1|v2 l3 l4",                     "voters=(1 2) learners=(3 4)", "" },
        { "enters and leaves jointly",            "v1|joint v2 v3|leave",            "voters=(1 2 3)", "" },
        { "shows both halves",                    "v1|joint v2 v3",                  "voters=(1 2 3)&&(1)", "" },
        { "shows that it leaves by itself",       "v1|auto v2 v3",                   "voters=(1 2 3)&&(1) autoleave", "" },
        { "holds back a demoted voter",           "v1|v2|v3|joint l2 v4",            "voters=(1 3 4)&&(1 2 3) learners_next=(2)", "" },
        { "makes it a learner afterwards",        "v1|v2|v3|joint l2 v4|leave",      "voters=(1 3 4) learners=(2)", "" },
        { "forgets a demotion taken back",        "v1|v2|joint l2 v2|leave",         "voters=(1 2)", "" },
        { "adds a learner at once in joint",      "v1|joint l2",                     "voters=(1)&&(1) learners=(2)", "" },
        { "keeps a removed voter until it leaves","v1|v2|joint r2 v3",               "voters=(1 3)&&(1 2)", "" },
        { "refuses to enter twice",               "v1|joint v2|joint v3",            "", "config is already joint" },
        { "refuses a simple change in joint",     "v1|joint v2|v3",                  "", "can't apply simple config change in joint config" },
        { "refuses to leave what is not joint",   "v1|leave",                        "", "can't leave a non-joint config" },
        { "refuses to join an empty config",      "joint v1",                        "", "can't make a zero-voter config joint" },
        { "refuses an empty incoming half",       "v1|joint r1",                     "", "removed all voters" },
    };

    // Upstream's confchange/testdata, by file and in its order: changes, then configuration or refusal.
    public static TheoryData<string, string, string, string> UpstreamCases() => new()
    {
        { "joint_autoleave",        "v1|auto v2 v3|leave", "voters=(1 2 3)", "" },
        { "joint_autoleave twice",  "v1|auto v2 v3|joint", "", "config is already joint" },
        { "joint_idempotency",      "v1|joint r1 r2 r9 v2 v3 v4 v2 v3 v4 l2 l2 r4 r4 l1 l1", "voters=(3)&&(1) learners=(2) learners_next=(1)", "" },
        { "joint_idempotency left", "v1|joint r1 r2 r9 v2 v3 v4 v2 v3 v4 l2 l2 r4 r4 l1 l1|leave", "voters=(3) learners=(1 2)", "" },
        { "joint_learners_next",    "v1|joint v2 l1", "voters=(2)&&(1) learners_next=(1)", "" },
        { "joint_learners_next left", "v1|joint v2 l1|leave", "voters=(2) learners=(1)", "" },
        { "joint_safety leave",     "leave", "", "can't leave a non-joint config" },
        { "joint_safety empty",     "joint", "", "can't make a zero-voter config joint" },
        { "joint_safety enter",     "v1|joint", "voters=(1)&&(1)", "" },
        { "joint_safety again",     "v1|joint|leave|joint r1 v2 v3 l4", "voters=(2 3)&&(1) learners=(4)", "" },
        { "joint_safety left",      "v1|joint|leave|joint r1 v2 v3 l4|leave|l9", "voters=(2 3) learners=(4 9)", "" },
        { "joint_safety simple",    "v1|joint r1 v2 v3 l4|l5", "", "can't apply simple config change in joint config" },
        { "simple_idempotency",     "v1|v1|v2|l1|l1|r1|r1|v3|r3|r3|r4", "voters=(2)", "" },
        { "simple_promote_demote both", "v1|v2|v3|l1 v1", "voters=(1 2 3)", "" },
        { "simple_promote_demote back", "v1|v2|v3|l2|v2 l2", "voters=(1 3) learners=(2)", "" },
        { "simple_promote_demote",  "v1|v2|v3|l2|v2", "voters=(1 2 3)", "" },
        { "simple_safety learner first", "l1", "", "removed all voters" },
        { "simple_safety swap",     "v1|v2 l3|r1 v5", "", "more than one voter changed without entering joint config" },
        { "simple_safety none left", "v1|v2 l3|r1 r2", "", "removed all voters" },
        { "simple_safety demote and add", "v1|v2 l3|l1 v5", "", "more than one voter changed without entering joint config" },
        { "simple_safety demote all", "v1|v2 l3|l1 l2", "", "removed all voters" },
        { "simple_safety learners", "v1|v2 l3|l2 l3 l4 l5", "voters=(1) learners=(2 3 4 5)", "" },
        { "simple_safety removed",  "v1|v2 l3|l2 l3 l4 l5|r2 r3 r4 r5", "voters=(1)", "" },
        { "update",                 "v1|v2 u1|u1 u2 u3 u1 u2 u3", "voters=(1 2)", "" },
        { "zero",                   "v1 r0 v0 l0", "voters=(1)", "" },
    };

    [Theory]
    [MemberData(nameof(UpstreamCases))]
    public void Changer_agrees_with_upstream(string name, string steps, string config, string problem) =>
        Changer_follows_the_rules(name, steps, config, problem);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Changer_follows_the_rules(string name, string steps, string config, string problem)
    {
        var tracker = new ProgressTracker(10, 0);
        string? found = null;
        foreach (var step in steps.Split('|'))
        {
            var changer = ConfChanger.From(tracker, new LogIndex(10));
            if (!Apply(changer, step, out found))
            {
                break;
            }

            tracker.Switch(changer.Config, changer.Progress);
        }

        Assert.Equal((name, problem), (name, found ?? string.Empty));
        if (problem.Length == 0)
        {
            Assert.Equal(config, tracker.Config.ToString());
        }
    }

    [Fact]
    public void Joint_change_ends_where_single_changes_end()
    {
        var random = new Prng(5);
        for (var round = 0; round < 3000; round++)
        {
            var start = RandomConfig(random);
            var changes = Enumerable.Range(0, random.Next(1, 6)).Select(_ => RandomChange(random)).ToList();
            var (joint, single) = (Copy(start), Copy(start));
            var jointly = ConfChanger.From(joint, new LogIndex(10));
            if (!jointly.TryEnterJoint(autoLeave: false, changes, out _))
            {
                continue;
            }

            Assert.Null(ConfigRules.Violation(jointly.Config, jointly.Progress));
            Assert.True(jointly.TryLeaveJoint(out var problem), problem);
            var singly = ConfChanger.From(single, new LogIndex(10));
            var isPossible = true;
            foreach (var change in changes)
            {
                isPossible = isPossible && singly.TrySimple([change], out _);
            }

            if (isPossible)
            {
                Assert.Equal(singly.Config.ToString(), jointly.Config.ToString());
                Assert.Equal(singly.Progress.Count, jointly.Progress.Count);
            }
        }
    }

    [Fact]
    public void Every_conf_state_is_restored_to_itself()
    {
        var random = new Prng(6);
        for (var round = 0; round < 2000; round++)
        {
            var tracker = Copy(RandomConfig(random));
            var changer = ConfChanger.From(tracker, new LogIndex(10));
            var changes = Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomChange(random)).ToList();
            var state = changer.TryEnterJoint(random.Percent(50), changes, out _)
                ? changer.Config.ToConfState()
                : tracker.Config.ToConfState();
            var shuffled = state with { Voters = [.. state.Voters.Reverse()] };
            Assert.True(
                ConfChanger.TryRestore(new ProgressTracker(10, 0), new LogIndex(10), shuffled, out var restored, out var problem),
                problem);
            Assert.Equal(state, restored.Config.ToConfState());
        }
    }

    [Fact]
    public void Conf_state_that_contradicts_itself_is_refused()
    {
        var state = new ConfState { Voters = [new MemberId(1)], Learners = [new MemberId(1)] };
        Assert.False(
            ConfChanger.TryRestore(new ProgressTracker(10, 0), new LogIndex(10), state, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void New_member_is_probed_from_the_logs_end_and_counts_as_active()
    {
        var changer = ConfChanger.From(new ProgressTracker(10, 0), new LogIndex(10));
        Assert.True(changer.TrySimple([new ConfChangeSingle(ConfChangeType.AddNode, new MemberId(1))], out _));
        Assert.True(changer.Progress.TryGet(new MemberId(1), out var progress));
        Assert.Equal("StateProbe match=0 next=10", progress.ToString());
    }

    private static bool Apply(ConfChanger changer, string step, out string? problem)
    {
        var words = step.Split(' ');
        if (words[0] == "leave")
        {
            return changer.TryLeaveJoint(out problem);
        }

        var isJoint = words[0] is "joint" or "auto";
        var changes = words.Skip(isJoint ? 1 : 0).Select(word => new ConfChangeSingle(
            word[0] switch
            {
                'v' => ConfChangeType.AddNode,
                'l' => ConfChangeType.AddLearnerNode,
                'r' => ConfChangeType.RemoveNode,
                _ => ConfChangeType.UpdateNode,
            },
            new MemberId((ulong)(word[1] - '0')))).ToList();
        return isJoint
            ? changer.TryEnterJoint(words[0] == "auto", changes, out problem)
            : changer.TrySimple(changes, out problem);
    }

    private static ConfChangeSingle RandomChange(Prng random) =>
        new((ConfChangeType)random.Next(4), new MemberId((ulong)random.Next(1, 6)));

    private static ProgressTracker RandomConfig(Prng random)
    {
        var tracker = new ProgressTracker(10, 0);
        for (var i = 0; i < random.Next(1, 8); i++)
        {
            var changer = ConfChanger.From(tracker, new LogIndex(10));
            if (changer.TrySimple([RandomChange(random)], out _))
            {
                tracker.Switch(changer.Config, changer.Progress);
            }
        }

        return tracker;
    }

    private static ProgressTracker Copy(ProgressTracker other)
    {
        var tracker = new ProgressTracker(10, 0);
        tracker.Switch(other.Config, other.Progress.Clone());
        return tracker;
    }
}
