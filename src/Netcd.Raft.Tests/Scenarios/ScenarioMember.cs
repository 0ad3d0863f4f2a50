using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>One member of a scenario: node, storage, and the work its two storage threads have not done yet.</summary>
internal sealed class ScenarioMember
{
    private readonly RaftOptions _options;
    private readonly ScenarioStorage _storage = new();
    private readonly Transcript _transcript;

    public ScenarioMember(RaftOptions options, Snapshot snapshot, bool isAsync, Transcript transcript)
    {
        _options = options;
        _transcript = transcript;
        IsAsync = isAsync;
        _storage.History.Add(snapshot);
        if (!snapshot.IsEmpty)
        {
            _storage.Memory.ApplySnapshot(snapshot);
        }

        Node = new RaftNode(options, _storage, new Prng(options.Id.Value), transcript);
    }

    public RaftNode Node { get; }

    public bool IsAsync { get; }

    public MemberId Id => Node.Id;

    public Queue<StorageAppend> AppendWork { get; } = new();

    public Queue<StorageApply> ApplyWork { get; } = new();

    public int ElectionTicks => _options.ElectionTicks;

    public int HeartbeatTicks => _options.HeartbeatTicks;

    public Snapshot LastSnapshot => _storage.History[^1];

    public MemoryLogStorage Memory => _storage.Memory;

    /// <summary>Takes and carries out one bundle; returns the messages that leave.</summary>
    public List<ScenarioMessage> ProcessReady()
    {
        var ready = Node.TakeReady();
        _transcript.Write(DescribeReady(ready));
        var messages = ready.Messages.Select(message => new ScenarioMessage(message)).ToList();
        if (IsAsync)
        {
            if (ready.Append is not null)
            {
                AppendWork.Enqueue(ready.Append);
            }

            if (ready.Apply is not null)
            {
                ApplyWork.Enqueue(ready.Apply);
            }

            return messages;
        }

        if (ready.Append is not null)
        {
            Persist(ready.Append);
            messages.AddRange(ready.Append.PeerMessages.Select(message => new ScenarioMessage(message)));
        }

        Apply(ready.Apply);
        if (ready.Append is not null)
        {
            Node.AppendCompleted(ready.Append.Id);
        }

        if (ready.Apply is not null)
        {
            Node.ApplyCompleted(ready.Apply.Id);
        }

        return messages;
    }

    public List<ScenarioMessage> ProcessAppend()
    {
        if (!AppendWork.TryDequeue(out var append))
        {
            _transcript.Write("no append work to perform");
            return [];
        }

        _transcript.Write($"Processing:\n{Describe.Message(AppendMessage(append))}\n");
        Persist(append);
        var responses = Responses(append);
        _transcript.Write("Responses:\n");
        foreach (var response in responses)
        {
            _transcript.Write(Describe.Message(response.Message) + "\n");
        }

        return responses;
    }

    public List<ScenarioMessage> ProcessApply()
    {
        if (!ApplyWork.TryDequeue(out var apply))
        {
            _transcript.Write("no apply work to perform");
            return [];
        }

        var response = ApplyResponse(apply);
        _transcript.Write($"Processing:\n{Describe.Message(ApplyMessage(apply))}\n");
        Apply(apply);
        _transcript.Write($"Responses:\n{Describe.Message(response)}\n");
        return [new ScenarioMessage(response, Apply: apply)];
    }

    public StepResult Deliver(ScenarioMessage message)
    {
        if (message.Append is not null)
        {
            Node.ReleaseStable(message.Append);
        }
        else if (message.Apply is not null)
        {
            Node.ApplyCompleted(message.Apply.Id);
        }
        else if (message.Message.From == Id && message.Message.To == Id)
        {
            return Node.Core.Step(message.Message);
        }
        else
        {
            return Node.Step(message.Message);
        }

        return StepResult.Accepted;
    }

    private void Persist(StorageAppend append)
    {
        if (append.HardState is { } state)
        {
            Memory.SetHardState(state);
        }

        if (append.Snapshot is not null)
        {
            Memory.ApplySnapshot(append.Snapshot);
        }

        Memory.Append(append.Entries);
    }

    private void Apply(StorageApply? apply)
    {
        foreach (var entry in apply is null ? [] : apply.Entries.Span)
        {
            var last = LastSnapshot;
            var state = last.Metadata.ConfState;
            var update = entry.Data;
            if (entry.Type != EntryType.Normal)
            {
                var change = ConfChangeCodec.ReadEntry(entry);
                state = Node.ApplyConfChange(change);
                update = change.Context;
            }

            byte[] data = [.. last.Data.Span, .. update.Span];
            _storage.History.Add(new Snapshot(new SnapshotMetadata(entry.Index, entry.Term, state), data));
        }
    }

    private string DescribeReady(Ready ready)
    {
        var lines = new System.Text.StringBuilder();
        var append = ready.Append;
        if (ready.SoftState is { } soft)
        {
            lines.Append($"Lead:{soft.Leader.Value} State:State{soft.Role}\n");
        }

        lines.Append(append?.HardState is { } hard ? $"HardState {Describe.HardState(hard)}\n" : string.Empty);
        foreach (var read in ready.ReadStates)
        {
            lines.Append($"ReadState {read.Index} {System.Text.Encoding.ASCII.GetString(read.Context.Span)}\n");
        }

        if (append is { Entries.IsEmpty: false })
        {
            lines.Append("Entries:\n").Append(Describe.Entries(append.Entries));
        }

        lines.Append(append?.Snapshot is { } snapshot ? $"Snapshot {Describe.Snapshot(snapshot)}\n" : string.Empty);
        if (ready.Apply is not null)
        {
            lines.Append("CommittedEntries:\n").Append(Describe.Entries(ready.Apply.Entries));
        }

        var messages = DescribeMessages(ready);
        if (messages.Count > 0)
        {
            lines.Append("Messages:\n").Append(string.Join('\n', messages)).Append('\n');
        }

        // A snapshot is written to a file of its own: the log's record of it need not be synced by itself.
        var mustSync = append is { MustSync: true } && !(append.Snapshot is not null && append.Entries.IsEmpty);
        return lines.Length == 0
            ? "<empty Ready>"
            : $"Ready MustSync={(mustSync ? "true" : "false")}:\n{lines}";
    }

    private List<string> DescribeMessages(Ready ready)
    {
        var messages = ready.Messages.Select(message => Describe.Message(message)).ToList();
        if (!IsAsync)
        {
            messages.AddRange(ready.Append?.PeerMessages.Select(message => Describe.Message(message)) ?? []);
            return messages;
        }

        if (ready.Append is not null)
        {
            var responses = Responses(ready.Append).Select(response => response.Message).ToList();
            messages.Add(Describe.WithResponses(AppendMessage(ready.Append), responses));
        }

        if (ready.Apply is not null)
        {
            messages.Add(Describe.WithResponses(ApplyMessage(ready.Apply), [ApplyResponse(ready.Apply)]));
        }

        return messages;
    }

    private Message AppendMessage(StorageAppend append) => new()
    {
        Type = MessageType.StorageAppend,
        To = MessageTypes.LocalAppendThread,
        From = Id,
        Term = append.HardState?.Term ?? default,
        Vote = append.HardState?.Vote ?? default,
        Commit = append.HardState?.Commit ?? default,
        Entries = append.Entries,
        Snapshot = append.Snapshot,
    };

    private List<ScenarioMessage> Responses(StorageAppend append)
    {
        var responses = append.Responses.Select(message => new ScenarioMessage(message)).ToList();
        if (append.StableTo != default || append.Snapshot is not null)
        {
            var message = new Message
            {
                Type = MessageType.StorageAppendResp,
                To = Id,
                From = MessageTypes.LocalAppendThread,
                Term = append.Term,
                Index = append.StableTo.Index,
                LogTerm = append.StableTo.Term,
                Snapshot = append.Snapshot,
            };
            responses.Add(new ScenarioMessage(message, Append: append));
        }

        return responses;
    }

    private Message ApplyMessage(StorageApply apply) => new()
    {
        Type = MessageType.StorageApply, To = MessageTypes.LocalApplyThread, From = Id, Entries = apply.Entries,
    };

    private Message ApplyResponse(StorageApply apply) => new()
    {
        Type = MessageType.StorageApplyResp,
        To = Id,
        From = MessageTypes.LocalApplyThread,
        Entries = apply.Entries,
    };
}
