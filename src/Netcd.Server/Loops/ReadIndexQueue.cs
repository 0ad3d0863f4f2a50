using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Raft;
using Netcd.Server.Waiting;

namespace Netcd.Server.Loops;

/// <summary>
/// Linearizable reads: all that wait are asked for by one read index round; while it runs, later ones gather for the
/// next. Raft may lose a round, so it is repeated with another id. Raft loop only.
/// </summary>
internal sealed class ReadIndexQueue(
    RequestIds ids, AppliedWaiters applied, ulong retryTicks, ulong timeoutTicks, MemberMetrics metrics)
{
    private readonly List<ulong> _rounds = [];
    private List<(IReadWaiter Waiter, ulong Started)> _asked = [];
    private List<(IReadWaiter Waiter, ulong Started)> _gathering = [];
    private ulong _askedAt;
    private bool _answered;

    internal void Add(IReadWaiter waiter, ulong ticks) => _gathering.Add((waiter, ticks));

    /// <summary>Starts a round if none is under way and somebody waits.</summary>
    internal void Ask(RaftNode node, ulong ticks)
    {
        if (_asked.Count == 0 && _gathering.Count > 0)
        {
            (_asked, _gathering) = (_gathering, _asked);
            Send(node, ticks);
        }
        else if (_asked.Count > 0 && (_rounds.Count == 0 || ticks - _askedAt >= retryTicks))
        {
            Send(node, ticks);
        }
    }

    /// <summary>A round was confirmed: its reads wait for the index to be applied.</summary>
    internal void Answer(ulong round, LogIndex index)
    {
        if (!_rounds.Contains(round))
        {
            return;
        }

        foreach (var (waiter, _) in _asked)
        {
            if (!applied.TryAdd(index, waiter))
            {
                waiter.Ready();
                _answered = true;
            }
        }

        _asked.Clear();
        _rounds.Clear();
    }

    /// <summary>A new leader: what the old one was asked will not be answered.</summary>
    internal void LeaderChanged(MemberId before)
    {
        _rounds.Clear();
        if (before.IsNone || _asked.Count == 0)
        {
            return;
        }

        metrics.ReadIndexesFailed.Increment();
        foreach (var (waiter, _) in _asked)
        {
            waiter.Refused(Refusal.LeaderChanged);
            _answered = true;
        }

        _asked.Clear();
    }

    /// <summary>Refuses reads that waited too long.</summary>
    internal void Tick(ulong ticks)
    {
        var asked = _asked.Count;
        Expire(_asked, ticks);
        Expire(_gathering, ticks);
        if (_asked.Count < asked)
        {
            metrics.ReadIndexesSlow.Increment();
        }

        if (_asked.Count == 0)
        {
            _rounds.Clear();
        }
    }

    /// <summary>Whether a waiter was told since the last call.</summary>
    internal bool TakeAnswered()
    {
        var answered = _answered;
        _answered = false;
        return answered;
    }

    /// <summary>Refuses everything, at the end.</summary>
    internal void Close()
    {
        foreach (var (waiter, _) in _asked.Concat(_gathering))
        {
            waiter.Refused(Refusal.Stopped);
        }

        _asked.Clear();
        _gathering.Clear();
    }

    private void Expire(List<(IReadWaiter Waiter, ulong Started)> reads, ulong ticks)
    {
        for (var i = reads.Count - 1; i >= 0; i--)
        {
            if (ticks - reads[i].Started >= timeoutTicks)
            {
                reads[i].Waiter.Refused(Refusal.Timeout);
                reads.RemoveAt(i);
                _answered = true;
            }
        }
    }

    private void Send(RaftNode node, ulong ticks)
    {
        var round = ids.Next();
        var context = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(context, round);
        _rounds.Add(round);
        _askedAt = ticks;
        node.ReadIndex(context);
    }
}
