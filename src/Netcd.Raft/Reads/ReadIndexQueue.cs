using System.Buffers.Binary;
using Netcd.Raft.Messages;
using Netcd.Raft.Quorum;

namespace Netcd.Raft.Reads;

/// <summary>
/// Read index requests that wait until a quorum has confirmed that this leader still leads. A leader has one for its
/// term; a change of term makes a new one.
/// </summary>
/// <remarks>
/// Each request has a position, counted from 1. Heartbeats carry the position of the newest request (8 bytes, little
/// endian), followers echo it, and what a quorum has echoed is confirmed: every request up to it was made before those
/// heartbeats left. The requester's own context is never on the wire, so a context that is used twice, or an answer
/// that a paused process finds late, cannot confirm a newer read (upstream issue 397).
/// </remarks>
internal sealed class ReadIndexQueue : IAckedIndexer
{
    private readonly Dictionary<MemberId, ulong> _acked = [];
    private readonly Queue<(Message Request, LogIndex Index)> _waiting = new();
    private ulong _confirmed;
    private byte[]? _context;

    /// <summary>Requests that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Position of the newest request.</summary>
    private ulong Newest => _confirmed + (ulong)_waiting.Count;

    /// <summary>Adds a request, with the commit index at this moment as its answer.</summary>
    public void Add(Message request, LogIndex committed)
    {
        _waiting.Enqueue((request, committed));
        _context = null;
    }

    /// <summary>What a heartbeat must carry to confirm all that wait; empty if nothing waits.</summary>
    public ReadOnlyMemory<byte> HeartbeatContext()
    {
        if (_waiting.Count == 0)
        {
            return default;
        }

        if (_context is null)
        {
            _context = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(_context, Newest);
        }

        return _context;
    }

    /// <summary>Takes the echo of a heartbeat; one that was never sent counts for nothing.</summary>
    public void Acknowledge(MemberId from, ReadOnlySpan<byte> context)
    {
        if (context.Length != sizeof(ulong))
        {
            return;
        }

        var position = BinaryPrimitives.ReadUInt64LittleEndian(context);
        if (position <= Newest)
        {
            _acked[from] = Math.Max(position, _acked.GetValueOrDefault(from));
        }
    }

    /// <summary>Takes the next request that a quorum has confirmed; false if there is none.</summary>
    public bool TryTakeConfirmed(JointQuorum voters, out Message request, out LogIndex index)
    {
        if (_waiting.Count == 0 || voters.CommittedIndex(this) <= _confirmed)
        {
            request = null!; // The caller looks at it only on true.
            index = default;
            return false;
        }

        (request, index) = _waiting.Dequeue();
        _confirmed++;
        return true;
    }

    public bool TryGetAcked(MemberId id, out ulong index) => _acked.TryGetValue(id, out index);
}
