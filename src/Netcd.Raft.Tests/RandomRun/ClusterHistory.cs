using System.Buffers.Binary;
using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.RandomRun;

/// <summary>
/// What has happened in the whole cluster, which no member sees: checks that nothing contradicts it. The properties
/// are those of the paper's figure 3.
/// </summary>
internal sealed class ClusterHistory(LogIndex start)
{
    private readonly Dictionary<Term, MemberId> _leaders = [];
    private readonly Dictionary<(Term Term, MemberId Voter), MemberId> _votes = [];
    private readonly Dictionary<(Term Term, MemberId Candidate), HashSet<MemberId>> _preVotes = [];
    private readonly Dictionary<(LogIndex Index, Term Term), (Term Previous, ulong Data)> _entries = [];
    private readonly List<(Term Term, ulong Data)> _committed = [];
    private readonly Dictionary<LogIndex, ConfState> _confStates = [];

    /// <summary>The highest index that any member has ever known to be committed.</summary>
    public LogIndex CommitIndex => start + (ulong)_committed.Count;

    public int Elections => _leaders.Count;

    /// <summary>Election safety: at most one leader is elected in a term.</summary>
    public void CheckLeader(RaftNode node)
    {
        if (node.Role != RaftRole.Leader)
        {
            return;
        }

        if (_leaders.TryAdd(node.Term, node.Id))
        {
            CheckLeaderCompleteness(node);
            return;
        }

        Require(_leaders[node.Term] == node.Id, $"{node.Id} and {_leaders[node.Term]} lead term {node.Term}");
    }

    /// <summary>State machine safety: what members know to be committed is the same everywhere, for ever.</summary>
    public void CheckCommitted(RaftNode node, LogIndex from)
    {
        for (var index = LogIndex.Max(from.Next, node.Core.Log.FirstIndex); index <= node.CommitIndex; index = index.Next)
        {
            Require(node.Core.Log.TrySlice(index, index.Next, ulong.MaxValue, out var entries), $"{index} is gone");
            var found = (entries.Span[0].Term, Fingerprint(entries.Span[0]));
            var position = (int)(index - start) - 1;
            if (position == _committed.Count)
            {
                _committed.Add(found);
            }

            Require(position < _committed.Count, $"{node.Id} commits {index} while {CommitIndex} is the last known");
            Require(_committed[position] == found, $"{node.Id} commits another entry at {index}");
        }
    }

    /// <summary>An applied entry is the committed one.</summary>
    public void CheckApplied(in Entry entry, MemberId id) =>
        Require(
            _committed[(int)(entry.Index - start) - 1] == (entry.Term, Fingerprint(entry)),
            $"{id} applies another entry at {entry.Index}");

    /// <summary>A change makes the same configuration on every member that applies it.</summary>
    public void CheckConfState(LogIndex index, ConfState state, LogIndex restoredIndex)
    {
        if (index > restoredIndex)
        {
            Require(
                _confStates.TryAdd(index, state) || _confStates[index].Equals(state),
                $"another configuration at {index}");
        }
    }

    /// <summary>One vote a member and term, whatever crashes came between.</summary>
    public void CheckVote(Message message)
    {
        if (message.Type == MessageType.VoteResp && !message.Reject)
        {
            var key = (message.Term, message.From);
            Require(
                _votes.TryAdd(key, message.To) || _votes[key] == message.To,
                $"{message.From} votes for {_votes[key]} and {message.To} in term {message.Term}");
        }
    }

    /// <summary>
    /// Log matching: an entry of one index and term is one entry, with one predecessor, in every log. So two logs with an
    /// equal entry are equal up to it.
    /// </summary>
    public void CheckEntry(in Entry entry, Term previous, MemberId id)
    {
        var found = (previous, Fingerprint(entry));
        var key = (entry.Index, entry.Term);
        Require(_entries.TryAdd(key, found) || _entries[key] == found, $"{id} has another entry {key}");
    }

    public void AddPreVote(Message message)
    {
        if (message.Type == MessageType.PreVoteResp && !message.Reject)
        {
            var key = (message.Term, message.To);
            if (!_preVotes.TryGetValue(key, out var voters))
            {
                _preVotes[key] = voters = [];
            }

            voters.Add(message.From);
        }
    }

    /// <summary>With pre-votes a term rises only after a quorum agreed to it, but in a transfer.</summary>
    public void CheckCandidate(RaftNode node)
    {
        if (node.Core.Messages.Exists(message => message.Type == MessageType.Vote && !message.Context.IsEmpty))
        {
            return;
        }

        var agreed = _preVotes.TryGetValue((node.Term, node.Id), out var voters)
            ? voters.ToDictionary(id => id, _ => true)
            : [];
        agreed[node.Id] = true;
        Require(
            node.Core.Tracker.Config.Voters.VoteResult(agreed) == Netcd.Raft.Quorum.VoteResult.Won,
            $"{node.Id} campaigns in term {node.Term} without a quorum of pre-votes");
    }

    public static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvariantException(problem);
        }
    }

    /// <summary>Leader completeness: who is elected has every entry that was committed before.</summary>
    private void CheckLeaderCompleteness(RaftNode node)
    {
        Require(node.LastIndex >= CommitIndex, $"leader {node.Id} ends at {node.LastIndex}, committed {CommitIndex}");
        for (var index = LogIndex.Max(start.Next, node.Core.Log.FirstIndex); index <= CommitIndex; index = index.Next)
        {
            var known = node.Core.Log.TryTerm(index, out var term);
            Require(
                known && term == _committed[(int)(index - start) - 1].Term,
                $"leader {node.Id} of term {node.Term} lacks committed entry {index}");
        }
    }

    private static ulong Fingerprint(in Entry entry)
    {
        var data = entry.Data.Span;
        var tail = data.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(data[^8..]) : (ulong)data.Length;
        return tail ^ ((ulong)entry.Type << 60) ^ ((ulong)data.Length << 40);
    }
}
