using Netcd.Server;

namespace Netcd.Api.Calls;

/// <summary>
/// Ends the streams that demand a leader after the member has been without one for three election timeouts in a row
/// (server/etcdserver/api/v3rpc/interceptor.go, monitorLeader).
/// </summary>
internal sealed class LeaderWatch : IDisposable
{
    private const int LeaderlessPollsMax = 3;

    private readonly IMember _member;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly HashSet<ILeaderDependent> _streams = new(ReferenceEqualityComparer.Instance);
    private int _leaderlessPolls;

    public LeaderWatch(IMember member, TimeSpan electionTimeout, TimeProvider time)
    {
        _member = member;
        _timer = time.CreateTimer(static state => ((LeaderWatch)state!).Poll(), this, electionTimeout, electionTimeout);
    }

    public void Add(ILeaderDependent stream)
    {
        lock (_lock)
        {
            _streams.Add(stream);
        }
    }

    public void Remove(ILeaderDependent stream)
    {
        lock (_lock)
        {
            _streams.Remove(stream);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Poll()
    {
        ILeaderDependent[] lost;
        lock (_lock)
        {
            _leaderlessPolls = _member.Leader.IsNone ? _leaderlessPolls + 1 : 0;
            if (_leaderlessPolls < LeaderlessPollsMax || _streams.Count == 0)
            {
                return;
            }

            lost = [.. _streams];
            _streams.Clear();
        }

        foreach (var stream in lost)
        {
            stream.OnLeaderLost();
        }
    }
}
