using System.Globalization;
using System.Text;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>
/// Members and the network between them, driven by the commands of a scenario file; see <c>testdata/README.md</c>.
/// </summary>
internal sealed class ScenarioCluster
{
    private readonly Transcript _transcript = new();
    private readonly List<ScenarioMember> _members = [];
    private List<ScenarioMessage> _messages = [];

    /// <summary>Runs a command; what it printed, or <c>ok</c> if nothing.</summary>
    public string Run(string command)
    {
        var space = command.IndexOf(' ', StringComparison.Ordinal);
        var name = space < 0 ? command : command[..space];
        var arguments = new ScenarioArguments(space < 0 ? string.Empty : command[space..]);
        var problem = Handle(name, arguments);
        if (problem is not null && _transcript.IsQuiet)
        {
            return problem;
        }

        _transcript.Write(problem ?? string.Empty);
        var text = _transcript.Take();
        return text.Length == 0 ? "ok" : text.TrimEnd('\n');
    }

    private string? Handle(string name, ScenarioArguments arguments)
    {
        switch (name)
        {
            case "start":
                Start(arguments);
                return null;
            case "campaign":
                Member(arguments.First).Node.Campaign();
                return null;
            case "compact":
                Member(arguments.First).Memory.Compact(
                    new LogIndex(ulong.Parse(arguments.Plain[1], CultureInfo.InvariantCulture)));
                PrintLog(Member(arguments.First));
                return null;
            case "deliver":
                Deliver(arguments);
                return null;
            case "ready":
                ForEach(arguments, "handling Ready", member => member.ProcessReady());
                return null;
            case "persist":
                ForEach(arguments, "processing append thread", member => member.ProcessAppend());
                return null;
            case "apply":
                ForEach(arguments, "processing apply thread", member => member.ProcessApply());
                return null;
            case "log-level":
                _transcript.Level = Transcript.ParseLevel(arguments.Plain[0]);
                return null;
            case "settle":
                Settle(arguments);
                return null;
            case "transfer":
                Member((int)arguments.Number("from", 0)).Node.TransferLeader(
                    new MemberId(arguments.Number("to", 0)));
                return null;
            case "propose":
                return Problem(
                    Member(arguments.First).Node.Propose(Encoding.ASCII.GetBytes(arguments.Plain[1])));
            case "read":
                Member(arguments.First).Node.ReadIndex(Encoding.ASCII.GetBytes(arguments.Plain[1]));
                return null;
            case "change":
                return Change(arguments);
            default:
                return HandleMinor(name, arguments);
        }
    }

    private string? HandleMinor(string name, ScenarioArguments arguments)
    {
        switch (name)
        {
            case "log":
                PrintLog(Member(arguments.First));
                return null;
            case "roles":
                PrintRoles();
                return null;
            case "progress":
                PrintProgress(Member(arguments.First));
                return null;
            case "election-timeout":
                Member(arguments.First).Node.Core.SetRandomizedElectionTicks((int)arguments.Number("timeout", 0));
                return null;
            case "tick-election":
                Tick(Member(arguments.First), Member(arguments.First).ElectionTicks);
                return null;
            case "tick-heartbeat":
                Tick(Member(arguments.First), Member(arguments.First).HeartbeatTicks);
                return null;
            case "forget-leader":
                Member(arguments.First).Node.ForgetLeader();
                return null;
            case "tick":
                Tick(Member(arguments.First), arguments.Numbers.ElementAt(1));
                return null;
            case "disconnected":
                foreach (var number in arguments.Numbers.Skip(1))
                {
                    Member(arguments.First).Node.ReportDisconnected(new MemberId((ulong)number));
                }

                return null;
            case "unreachable":
                Member(arguments.First).Node.ReportUnreachable(new MemberId((ulong)arguments.Numbers.ElementAt(1)));
                return null;
            case "snapshot-report":
                Member(arguments.First).Node.ReportSnapshot(
                    new MemberId((ulong)arguments.Numbers.ElementAt(1)),
                    Enum.Parse<SnapshotStatus>(arguments.Plain[2], ignoreCase: true));
                return null;
            case "snapshot":
                SendSnapshot(Member(arguments.First), arguments.Numbers.ElementAt(1));
                return null;
            default:
                return "unknown command";
        }
    }

    private ScenarioMember Member(int number) => _members[number - 1];

    private void Start(ScenarioArguments arguments)
    {
        var index = new LogIndex(arguments.Number("index", 0));
        var isAsync = arguments.Flag("async-storage-writes", otherwise: false);
        var state = new ConfState { Voters = arguments.Members("voters"), Learners = arguments.Members("learners") };
        var data = Encoding.ASCII.GetBytes(arguments.Value("content") ?? string.Empty);
        var snapshot = index == LogIndex.Zero
            ? Snapshot.Empty
            : new Snapshot(new SnapshotMetadata(index, new Term(1), state), data);
        for (var i = 0; i < arguments.First; i++)
        {
            var options = new RaftOptions
            {
                Id = new MemberId((ulong)_members.Count + 1),
                ElectionTicks = 3,
                HeartbeatTicks = 1,
                Applied = index,
                MessageSizeBytesMax = arguments.Number("message-size", ulong.MaxValue),
                InflightMessagesMax = (int)arguments.Number("inflight", int.MaxValue),
                ApplyingSizeBytesMax = arguments.Number("max-committed-size-per-ready", 0),
                UncommittedSizeBytesMax = arguments.Number("uncommitted-size", 0),
                CheckQuorum = arguments.Flag("checkquorum", otherwise: false),
                PreVote = arguments.Flag("prevote", otherwise: false),
                ReadOnlyOption = arguments.Value("read-only") == "lease-based"
                    ? ReadOnlyOption.LeaseBased
                    : ReadOnlyOption.Safe,
                DisableProposalForwarding = arguments.Flag("disable-forwarding", otherwise: false),
                DisableConfChangeValidation = arguments.Flag("disable-conf-change-validation", otherwise: false),
                StepDownOnRemoval = arguments.Flag("step-down-on-removal", otherwise: false),
                ApplyUnstableEntries = !isAsync,
                JoinMessages = false,
            };
            _members.Add(new ScenarioMember(options, snapshot, isAsync, _transcript));
        }
    }

    private string? Change(ScenarioArguments arguments)
    {
        var changes = arguments.Plain.Skip(1).Select(word => new ConfChangeSingle(
            word[0] switch
            {
                'v' => ConfChangeType.AddNode,
                'l' => ConfChangeType.AddLearnerNode,
                'r' => ConfChangeType.RemoveNode,
                _ => ConfChangeType.UpdateNode,
            },
            new MemberId(ulong.Parse(word[1..], CultureInfo.InvariantCulture)))).ToList();
        var node = Member(arguments.First).Node;
        if (arguments.Flag("v1", otherwise: false))
        {
            return Problem(node.ProposeConfChange(
                new ConfChange { Type = changes[0].Type, MemberId = changes[0].MemberId }));
        }

        var transition = arguments.Value("transition") switch
        {
            "implicit" => ConfChangeTransition.JointImplicit,
            "explicit" => ConfChangeTransition.JointExplicit,
            _ => ConfChangeTransition.Auto,
        };
        return Problem(node.ProposeConfChange(new ConfChangeV2 { Transition = transition, Changes = changes }));
    }

    private void Deliver(ScenarioArguments arguments)
    {
        var type = arguments.Value("type") is { } name ? Enum.Parse<MessageType>(name["Msg".Length..]) : (MessageType?)null;
        var count = 0;
        foreach (var number in arguments.Numbers)
        {
            count += Deliver(new MemberId((ulong)number), type, drop: false);
        }

        foreach (var id in arguments.Members("drop"))
        {
            count += Deliver(id, type, drop: true);
        }

        _transcript.Write(count == 0 ? "no messages\n" : string.Empty);
    }

    private int Deliver(MemberId to, MessageType? type, bool drop)
    {
        var matching = _messages.Where(message => IsFor(message, to, type, drop)).ToList();
        _messages = [.. _messages.Where(message => !IsFor(message, to, type, drop))];
        foreach (var message in matching)
        {
            _transcript.Write($"{(drop ? "dropped: " : string.Empty)}{Describe.Message(message.Message)}\n");
            if (!drop && Problem(Member((int)to.Value).Deliver(message)) is { } problem)
            {
                _transcript.Write(problem + "\n");
            }
        }

        return matching.Count;
    }

    private static bool IsFor(ScenarioMessage message, MemberId to, MessageType? type, bool drop) =>
        message.Message.To == to && !(drop && message.IsLocal) && (type is null || message.Message.Type == type);

    private void ForEach(
        ScenarioArguments arguments, string heading, Func<ScenarioMember, List<ScenarioMessage>> action)
    {
        var numbers = arguments.Numbers.ToList();
        foreach (var number in numbers)
        {
            if (numbers.Count == 1)
            {
                _messages.AddRange(action(Member(number)));
                continue;
            }

            _transcript.Write($"> {number} {heading}\n");
            _transcript.Indent(() => _messages.AddRange(action(Member(number))));
        }
    }

    /// <summary>Lets the named members, or all, work and talk until nothing is left to do.</summary>
    private void Settle(ScenarioArguments arguments)
    {
        var level = _transcript.Level;
        _transcript.Level = arguments.Value("log-level") is { } name ? Transcript.ParseLevel(name) : level;
        var members = arguments.Numbers.Select(Member).ToList();
        members = members.Count == 0 ? _members : members;
        while (SettleRound(members))
        {
            // Until a round finds nothing to do.
        }

        _transcript.Level = level;
    }

    private bool SettleRound(List<ScenarioMember> members)
    {
        var isBusy = false;
        foreach (var member in members.Where(member => member.Node.HasReady))
        {
            isBusy = true;
            Print(member, "handling Ready", () => _messages.AddRange(member.ProcessReady()));
        }

        foreach (var member in members)
        {
            if (_messages.Exists(message => IsFor(message, member.Id, null, drop: false)))
            {
                isBusy = true;
                Print(member, "receiving messages", () => Deliver(member.Id, null, drop: false));
            }
        }

        foreach (var member in members.Where(member => member.AppendWork.Count > 0))
        {
            isBusy = true;
            Print(member, "processing append thread", () =>
            {
                while (member.AppendWork.Count > 0)
                {
                    _messages.AddRange(member.ProcessAppend());
                }
            });
        }

        foreach (var member in members.Where(member => member.ApplyWork.Count > 0))
        {
            isBusy = true;
            Print(member, "processing apply thread", () =>
            {
                while (member.ApplyWork.Count > 0)
                {
                    _messages.AddRange(member.ProcessApply());
                }
            });
        }

        return isBusy;
    }

    private void Print(ScenarioMember member, string heading, Action action)
    {
        _transcript.Write($"> {member.Id.Value} {heading}\n");
        _transcript.Indent(action);
    }

    private void PrintLog(ScenarioMember member)
    {
        var memory = member.Memory;
        if (memory.Count == 0)
        {
            _transcript.Write($"log is empty: first index={memory.FirstIndex}, last index={memory.LastIndex}");
            return;
        }

        memory.TryGetEntries(memory.FirstIndex, memory.LastIndex.Next, ulong.MaxValue, out var entries);
        _transcript.Write(Describe.Entries(entries));
    }

    private void PrintRoles()
    {
        foreach (var node in _members.Select(member => member.Node))
        {
            var isVoter = node.Core.Tracker.Config.Voters.Contains(node.Id);
            _transcript.Write(
                $"{node.Id.Value}: State{node.Role} ({(isVoter ? "Voter" : "Non-Voter")}) "
                + $"Term:{node.Term} Lead:{node.Leader.Value}\n");
        }
    }

    private void PrintProgress(ScenarioMember member)
    {
        var progress = member.Node.Core.Tracker.Progress;
        for (var i = 0; i < progress.Count && member.Node.Role == RaftRole.Leader; i++)
        {
            _transcript.Write($"{progress.IdAt(i).Value}: {progress.At(i)}\n");
        }
    }

    private void SendSnapshot(ScenarioMember from, int to)
    {
        var message = new Message
        {
            Type = MessageType.Snap,
            Term = from.Node.Term,
            From = from.Id,
            To = new MemberId((ulong)to),
            Snapshot = from.LastSnapshot,
        };
        _messages.Add(new ScenarioMessage(message));
        _transcript.Write(Describe.Message(message));
    }

    private static void Tick(ScenarioMember member, int count)
    {
        for (var i = 0; i < count; i++)
        {
            member.Node.Tick();
        }
    }

    private static string? Problem(StepResult result) => result switch
    {
        StepResult.Accepted => null,
        StepResult.ProposalDropped => "raft proposal dropped",
        StepResult.UnknownPeer => "raft: cannot step as peer not found",
        StepResult.LocalMessage => "raft: cannot step raft local message",
        _ => "malformed message",
    };
}
