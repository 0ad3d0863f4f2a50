using Netcd.Api.Auth.Tokens;

namespace Netcd.Api.Access;

/// <summary>
/// Calls whose token was given out by a login that this member has yet to apply: they wait, a bounded time and in a
/// bounded number, and then go on in the order in which they came, wherever the log has got to.
/// </summary>
internal sealed class TokenWaits(ITokenProvider tokens, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();

    // Guarded by _lock. The timer runs while calls wait.
    private readonly LinkedList<Waiting> _waiting = new();
    private ITimer? _timer;
    private long _bytes;
    private bool _isClosed;

    /// <summary>False if the call is to go on at once: its token can be judged, or too many wait.</summary>
    /// <param name="token">The call's token.</param>
    /// <param name="bytes">What is kept for it.</param>
    /// <param name="resume">Called on a worker.</param>
    public bool TryPark(byte[] token, int bytes, Action resume)
    {
        lock (_lock)
        {
            if (_isClosed || _waiting.Count >= Limits.TokenWaitsMax || _bytes + bytes > Limits.TokenWaitBytesMax)
            {
                return false;
            }

            _bytes += bytes;
            var deadline = time.GetTimestamp() + (long)(Limits.TokenWaitLimit.TotalSeconds * time.TimestampFrequency);
            _waiting.AddLast(new Waiting(token, bytes, deadline, resume));
            _timer ??= time.CreateTimer(
                static state => ((TokenWaits)state!).Look(), // The state is passed below.
                this,
                Limits.TokenWaitRound,
                Limits.TokenWaitRound);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _timer?.Dispose();
            _timer = null;
            _waiting.Clear();
        }
    }

    private void Look()
    {
        var now = time.GetTimestamp();
        var ready = new List<Action>();
        lock (_lock)
        {
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                var one = node.Value;
                if (now >= one.Deadline || !tokens.MustWait(one.Token))
                {
                    _waiting.Remove(node);
                    _bytes -= one.Bytes;
                    ready.Add(one.Resume);
                }

                node = next;
            }

            if (_waiting.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }

        foreach (var resume in ready)
        {
            resume();
        }
    }

    private sealed record Waiting(byte[] Token, int Bytes, long Deadline, Action Resume);
}
