using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Messages;

namespace Netcd.Server.Loops;

/// <summary>
/// Where the raft loop's output goes. Called on the raft loop's thread; does not block but where said.
/// </summary>
internal interface IRaftLoopHost
{
    void Send(IReadOnlyList<Message> messages);

    /// <summary>Takes an append for the log.</summary>
    void Append(StorageAppend append);

    /// <summary>
    /// Makes the appends taken durable, sends what rests on them, and says the last one's id; false if there are none.
    /// Blocks for the disk.
    /// </summary>
    bool TryWrite(out ulong lastId);

    void Apply(StorageApply apply);

    /// <summary>A leader's snapshot is safe on disk; no entries follow before it is handed on here.</summary>
    void InstallSnapshot(Snapshot snapshot);

    /// <summary>
    /// The configuration that a change led to; overtaken if it is that of a leader's snapshot yet to be installed.
    /// </summary>
    void ConfChangeInForce(ConfState configuration, bool isOvertaken);

    /// <summary>Leader or role changed.</summary>
    void LeaderChanged(MemberId before, MemberId leader, bool isLeader, Term term);

    /// <summary>A tick passed; counts from 1.</summary>
    void Ticked(ulong ticks);

    /// <summary>Sends what waiters collected on this thread.</summary>
    void FlushAnswers();
}
