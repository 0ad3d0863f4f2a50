using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Raft.Tracker;

namespace Netcd.Server.Loops;

/// <summary>
/// Where the log must still begin for followers that are being sent a snapshot: what comes after it is theirs next.
/// Raft loop only.
/// </summary>
internal sealed class SnapshotPins
{
    private readonly Dictionary<MemberId, (LogIndex Index, ulong Until)> _pins = [];

    /// <summary>Raft wants these messages sent; a snapshot among them is the beginning.</summary>
    internal void Begun(IReadOnlyList<Message> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is { Type: MessageType.Snap, Snapshot: { } snapshot } message)
            {
                _pins[message.To] = (snapshot.Metadata.Index, ulong.MaxValue);
            }
        }
    }

    /// <summary>The sending ended; a receiver that has it gets some time to put it into force.</summary>
    internal void Ended(MemberId to, SnapshotStatus status, ulong releaseTick)
    {
        if (status == SnapshotStatus.Failed)
        {
            _pins.Remove(to);
        }
        else if (_pins.TryGetValue(to, out var pin))
        {
            _pins[to] = pin with { Until = releaseTick };
        }
    }

    /// <summary>The lowest index in use; the highest there is if none.</summary>
    internal LogIndex Lowest(RaftNode node, ulong ticks)
    {
        if (_pins.Count == 0)
        {
            return new LogIndex(ulong.MaxValue);
        }

        Release(node, ticks);
        var lowest = new LogIndex(ulong.MaxValue);
        foreach (var (index, _) in _pins.Values)
        {
            lowest = LogIndex.Min(lowest, index);
        }

        return lowest;
    }

    // Not needed any more are those of followers that take entries again, and all of a member that leads no more.
    private void Release(RaftNode node, ulong ticks)
    {
        if (node.Role != RaftRole.Leader)
        {
            _pins.Clear();
            return;
        }

        foreach (var (id, pin) in _pins)
        {
            if (pin.Until <= ticks)
            {
                _pins.Remove(id);
            }
        }

        foreach (var progress in _pins.Count > 0 ? node.Status().Progress : [])
        {
            if (progress.State == ProgressState.Replicate)
            {
                _pins.Remove(progress.Id);
            }
        }
    }
}
