using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests;

/// <summary>One node whose peers are the test: it makes everything durable and applied at once.</summary>
internal sealed class LoneNode
{
    /// <summary>Member 1 of so many voters; its log holds an entry of each given term, from index 1 on.</summary>
    public LoneNode(
        int voters = 3,
        ulong[]? logTerms = null,
        HardState hardState = default,
        RaftOptions? options = null,
        int id = 1,
        ulong seed = 1,
        IRaftLogger? logger = null)
    {
        var state = new ConfState { Voters = [.. Enumerable.Range(1, voters).Select(i => new MemberId((ulong)i))] };
        Storage = new LoneStorage(Memory, state);
        var entries = (logTerms ?? [])
            .Select((term, i) => new Entry(new Term(term), new LogIndex((ulong)i + 1), EntryType.Normal, default));
        Memory.Append(entries.ToArray());
        Memory.SetHardState(hardState);
        options ??= new RaftOptions { Id = new MemberId(1), CheckQuorum = false, PreVote = false };
        Node = new RaftNode(options with { Id = new MemberId((ulong)id) }, Storage, new Prng(seed), logger);
    }

    public RaftNode Node { get; }

    public MemoryLogStorage Memory { get; } = new();

    public ILogStorage Storage { get; }

    public List<Entry> Applied { get; } = [];

    public ulong CompletedAppendId { get; private set; }

    public List<ReadState> Reads { get; } = [];

    /// <summary>A candidate that has just won: leader of the next term, its first messages drained.</summary>
    public static LoneNode Leader(int voters = 3, ulong[]? logTerms = null, RaftOptions? options = null)
    {
        var term = new Term(logTerms is [.., var last] ? last : 0);
        var lone = new LoneNode(voters, logTerms, new HardState(term, default, default), options);
        lone.Node.Campaign();
        lone.Drain();
        for (var id = 2; lone.Node.Role == RaftRole.PreCandidate; id++)
        {
            lone.Step(id, MessageType.PreVoteResp, new Message { Type = MessageType.PreVoteResp, Term = term.Next });
        }

        lone.Drain();
        for (var id = 2; id <= voters; id++)
        {
            lone.Step(id, MessageType.VoteResp);
        }

        Assert.Equal(RaftRole.Leader, lone.Node.Role);
        lone.Drain();
        return lone;
    }

    /// <summary>Steps a message of another member; of this node's term if none is set.</summary>
    public StepResult Step(int from, MessageType type, Message? rest = null)
    {
        var message = (rest ?? new Message { Type = type }) with { Type = type, From = new MemberId((ulong)from), To = Node.Id };
        return Node.Step(message.Term == Term.Zero ? message with { Term = Node.Term } : message);
    }

    /// <summary>Does all there is to do and returns the messages that leave.</summary>
    public List<Message> Drain()
    {
        var messages = new List<Message>();
        while (Node.HasReady)
        {
            var ready = Node.TakeReady();
            messages.AddRange(ready.Messages);
            Reads.AddRange(ready.ReadStates);
            if (ready.Append is not null)
            {
                Complete(ready.Append);
                messages.AddRange(ready.Append.PeerMessages);
            }

            if (ready.Apply is not null)
            {
                Apply(ready.Apply.Entries.Span);
                Node.ApplyCompleted(ready.Apply.Id);
            }
        }

        return messages;
    }

    public void Complete(StorageAppend append)
    {
        if (append.Snapshot is not null)
        {
            Memory.ApplySnapshot(append.Snapshot);
        }

        Memory.Append(append.Entries);
        Memory.SetHardState(append.HardState ?? Memory.InitialHardState);
        CompletedAppendId = append.Id;
        Node.AppendCompleted(append.Id);
    }

    private void Apply(ReadOnlySpan<Entry> entries)
    {
        foreach (ref readonly var entry in entries)
        {
            Applied.Add(entry);
            if (entry.Type != EntryType.Normal)
            {
                Node.ApplyConfChange(ConfChangeCodec.ReadEntry(entry));
            }
        }
    }

    public void Tick(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Node.Tick();
        }
    }

    /// <summary>Terms of the whole log.</summary>
    public ulong[] LogTerms()
    {
        var terms = new List<ulong>();
        for (var index = new LogIndex(1); index <= Node.LastIndex; index = index.Next)
        {
            Assert.True(Node.Core.Log.TryTerm(index, out var term));
            terms.Add(term.Value);
        }

        return [.. terms];
    }

    private sealed class LoneStorage(MemoryLogStorage memory, ConfState state) : ILogStorage
    {
        public LogIndex FirstIndex => memory.FirstIndex;

        public LogIndex LastIndex => memory.LastIndex;

        public HardState InitialHardState => memory.InitialHardState;

        public ConfState InitialConfState => state;

        public bool TryGetTerm(LogIndex index, out Term term) => memory.TryGetTerm(index, out term);

        public bool TryGetEntries(
            LogIndex low, LogIndex high, ulong sizeBytesMax, out ReadOnlyMemory<Entry> entries) =>
            memory.TryGetEntries(low, high, sizeBytesMax, out entries);

        public bool TryGetSnapshot(out Snapshot snapshot) => memory.TryGetSnapshot(out snapshot);
    }
}
