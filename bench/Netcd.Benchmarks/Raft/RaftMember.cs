using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;

namespace Netcd.Benchmarks.Raft;

/// <summary>A node with the parts of a server's loop that are not I/O: what it hands out is done at once.</summary>
internal sealed class RaftMember
{
    private const long LogBytesMax = 1 << 20;

    private readonly MemoryLogStorage _storage = new();
    private readonly RaftNode _node;

    public RaftMember(ulong id, bool joinMessages)
    {
        var state = new ConfState { Voters = [new MemberId(1), new MemberId(2), new MemberId(3)] };
        var metadata = new SnapshotMetadata(new LogIndex(1), new Term(1), state);
        _storage.ApplySnapshot(new Snapshot(metadata, default));
        _storage.SetHardState(new HardState(new Term(1), default, new LogIndex(1)));
        var options = new RaftOptions
        {
            Id = new MemberId(id), PreVote = false, Applied = new LogIndex(1), JoinMessages = joinMessages,
        };
        _node = new RaftNode(options, _storage, new Prng(id));
    }

    public RaftNode Node => _node;

    public long Applied { get; private set; }

    /// <summary>Takes one bundle, makes it durable and applies it; the messages go to the list.</summary>
    public void Process(List<Message> outgoing)
    {
        if (!_node.HasReady)
        {
            return;
        }

        var ready = _node.TakeReady();
        for (var i = 0; i < ready.Messages.Count; i++)
        {
            outgoing.Add(ready.Messages[i]);
        }

        if (ready.Append is { } append)
        {
            _storage.Append(append.Entries);
            _node.AppendCompleted(append.Id);
            for (var i = 0; i < append.PeerMessages.Count; i++)
            {
                outgoing.Add(append.PeerMessages[i]);
            }
        }

        if (ready.Apply is { } apply)
        {
            Applied += apply.Entries.Length;
            _node.ApplyCompleted(apply.Id);
            _storage.CompactToBytes(LogBytesMax, _node.AppliedIndex);
        }
    }
}
