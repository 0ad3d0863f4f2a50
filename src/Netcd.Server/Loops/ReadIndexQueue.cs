using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Raft;
using Netcd.Server.SlowRequests;
using Netcd.Server.Waiting;

namespace Netcd.Server.Loops;

/// <summary>
/// Linearizable reads: all that wait are asked for by one read index round; while it runs, later ones gather for the
/// next. Raft may lose a round, so it is repeated with another id. Raft loop only.
/// </summary>
/// <remarks>
/// A round costs the three members of a cluster a hundred microseconds, whatever the number of its reads. So of many
/// readers most shall be in it: after a round the next one waits until three quarters of those that were seen waiting
/// do so again, for about a millisecond at most. A thousand clients that read from a follower cost 0.6 s of CPU for
/// 100k reads with it and 1.0 s without, at 1.5 times the rate (bench/compare-cluster).
/// </remarks>
internal sealed class ReadIndexQueue(
    RequestIds ids,
    AppliedWaiters applied,
    ulong retryTicks,
    ulong timeoutTicks,
    MemberMetrics metrics,
    TimeProvider time,
    IMemberLog? log = null)
{
    private readonly List<ulong> _rounds = [];
    private List<(IReadWaiter Waiter, ulong Started)> _asked = [];
    private List<(IReadWaiter Waiter, ulong Started)> _gathering = [];
    private ulong _askedAt;

    // Timestamp of the round's beginning.
    private long _started;

    // How many reads the next round shall have, and how often the loop may go to sleep for them before it asks anyway.
    private int _wanted;
    private int _restsLeft;
    private bool _answered;

    private bool IsGathering => _restsLeft > 0 && _gathering.Count < _wanted;

    internal void Add(IReadWaiter waiter, ulong ticks) => _gathering.Add((waiter, ticks));

    /// <summary>
    /// What the raft loop shall wait for if it has nothing but reads to do: how many more of them, and how many
    /// milliseconds at most. Then it asks.
    /// </summary>
    internal (int Reads, int Patience) NextTurn()
    {
        if (_asked.Count > 0)
        {
            // Its answer, or a tick, wakes the loop.
            return (int.MaxValue, Timeout.Infinite);
        }

        if (IsGathering)
        {
            _restsLeft--;
            return (_wanted - _gathering.Count, Limits.ReadGatheringMilliseconds);
        }

        return _gathering.Count > 0 ? (0, 0) : (1, Timeout.Infinite);
    }

    /// <summary>The loop has slept as long as it should for more reads: it asks with those that are there.</summary>
    internal void EndGathering() => _restsLeft = 0;

    /// <summary>Starts a round if none is under way and somebody waits.</summary>
    internal void Ask(RaftNode node, ulong ticks)
    {
        if (_asked.Count == 0 && _gathering.Count > 0 && !IsGathering)
        {
            (_asked, _gathering) = (_gathering, _asked);
            _restsLeft = 0;
            _started = time.GetTimestamp();
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

        Watch(index);
        var waiting = _asked.Count + _gathering.Count;
        if (waiting >= Limits.ReadersGatheredMin)
        {
            _wanted = waiting * 3 / 4;
            _restsLeft = Limits.ReadGatheringRests;
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

    // Ahead of the round's reads, so that it sees what they wait for.
    private void Watch(LogIndex index)
    {
        if (log is not null)
        {
            var round = new ReadRound(time, log, _started, time.GetTimestamp(), index, applied.Applied);
            if (!applied.TryAdd(index, round))
            {
                round.Ready();
            }
        }
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
