using Netcd.Raft.Messages;

namespace Netcd.Raft;

/// <summary>
/// What the state machine wants done, taken with <see cref="RaftNode.TakeReady"/>. Nothing in it waits for anything
/// else but as said here: <see cref="Messages"/> may leave at once, before anything is durable;
/// <see cref="Append"/> goes to the log writer; <see cref="Apply"/> goes to the applier and holds only entries that
/// are durable here (unless <see cref="RaftOptions.ApplyUnstableEntries"/>). Several bundles may be in work at a time.
/// </summary>
public sealed class Ready
{
    /// <summary>Leader and role, null when neither changed since the last bundle.</summary>
    public SoftState? SoftState { get; internal init; }

    /// <summary>Messages to other members to send now. Losing, repeating or reordering them is safe.</summary>
    public IReadOnlyList<Message> Messages { get; internal init; } = [];

    /// <summary>Answers to read index requests of this member.</summary>
    public IReadOnlyList<ReadState> ReadStates { get; internal init; } = [];

    /// <summary>Work for the log writer, null if none.</summary>
    public StorageAppend? Append { get; internal init; }

    /// <summary>Work for the applier, null if none.</summary>
    public StorageApply? Apply { get; internal init; }
}
