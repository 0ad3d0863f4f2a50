using Netcd.Raft.Messages;

namespace Netcd.Raft;

/// <summary>Settings of a <see cref="RaftNode"/>. The defaults are what etcd runs with.</summary>
public sealed record RaftOptions
{
    /// <summary>This member. Not none, and not one of the two local targets.</summary>
    public required MemberId Id { get; init; }

    /// <summary>Ticks without a word from a leader until a follower campaigns; drawn from [n, 2n).</summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ticks between a leader's heartbeats; less than <see cref="ElectionTicks"/>.</summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>
    /// Last applied entry, for a restart whose state machine is durable; zero delivers the log again.
    /// </summary>
    public LogIndex Applied { get; init; }

    /// <summary>Encoded bytes of entries in one append message; one entry always fits.</summary>
    public ulong MessageSizeBytesMax { get; init; } = 1 << 20;

    /// <summary>Encoded bytes of entries being applied at a time; zero is the same as a message's.</summary>
    public ulong ApplyingSizeBytesMax { get; init; }

    /// <summary>Payload bytes of a leader's uncommitted tail; proposals beyond are dropped. Zero is no limit.</summary>
    public ulong UncommittedSizeBytesMax { get; init; }

    /// <summary>Append messages on their way to one follower.</summary>
    public int InflightMessagesMax { get; init; } = 512;

    /// <summary>Payload bytes on their way to one follower; zero is no limit.</summary>
    public ulong InflightBytesMax { get; init; }

    /// <summary>A leader steps down when it has not heard from a quorum for an election timeout.</summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>A member asks for votes in a future term before it disturbs the cluster with that term.</summary>
    public bool PreVote { get; init; } = true;

    public ReadOnlyOption ReadOnlyOption { get; init; } = ReadOnlyOption.Safe;

    /// <summary>Followers drop proposals in place of forwarding them.</summary>
    public bool DisableProposalForwarding { get; init; }

    /// <summary>Conf changes go into the log unchecked; a wrong one then stops every member.</summary>
    public bool DisableConfChangeValidation { get; init; }

    /// <summary>A leader that is removed or demoted steps down when it applies the change.</summary>
    public bool StepDownOnRemoval { get; init; }

    /// <summary>
    /// Committed entries may be handed out before they are durable here. For drivers that persist a bundle before
    /// they apply it; a server with a log writer of its own leaves it off.
    /// </summary>
    public bool ApplyUnstableEntries { get; init; }

    /// <summary>
    /// Messages of a bundle that a later one to the same member makes needless are left out: a commit index that the
    /// next entries bring too, all but the last acknowledgement. Off, every message is shown as upstream sends it.
    /// </summary>
    public bool JoinMessages { get; init; } = true;

    /// <summary>Why these settings cannot work, null if they can.</summary>
    public string? Problem()
    {
        if (Id.IsNone)
        {
            return "cannot use none as id";
        }

        if (Id == MessageTypes.LocalAppendThread || Id == MessageTypes.LocalApplyThread)
        {
            return "cannot use local target as id";
        }

        if (HeartbeatTicks <= 0)
        {
            return "heartbeat tick must be greater than 0";
        }

        if (ElectionTicks <= HeartbeatTicks)
        {
            return "election tick must be greater than heartbeat tick";
        }

        if (InflightMessagesMax <= 0)
        {
            return "max inflight messages must be greater than 0";
        }

        if (InflightBytesMax != 0 && InflightBytesMax < MessageSizeBytesMax)
        {
            return "max inflight bytes must be >= max message size";
        }

        return ReadOnlyOption == ReadOnlyOption.LeaseBased && !CheckQuorum
            ? "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased"
            : null;
    }
}
