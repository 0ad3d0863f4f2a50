using Netcd.Base.Buffers;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Watch;

/// <summary>
/// The outgoing side of a watch stream. Events for which there is no room are not kept: their watchers are set aside,
/// so that a slow client costs nothing but its own time. Short answers wait in a queue. Thread safe.
/// </summary>
/// <param name="output">Where it all goes.</param>
internal sealed class WatchOutput(CallOutput output)
{
    private readonly Lock _lock = new();

    // All below is guarded by _lock.
    private readonly Queue<byte[]> _waiting = [];
    private List<ProxyWatcher> _aside = [];

    /// <summary>
    /// Sends an answer with events. False: there is no room, the watcher is set aside until
    /// <see cref="TakeAside"/> gives it back.
    /// </summary>
    public bool TrySend(ProxyWatcher watcher, ReadOnlySpan<byte> head, SharedBytes? events)
    {
        lock (_lock)
        {
            if (_waiting.Count > 0)
            {
                events?.Release();
            }
            else if (output.TryWrite(head, events))
            {
                return true;
            }

            // Room that comes from now on is heard: it needs this lock.
            _aside.Add(watcher);
            return false;
        }
    }

    /// <summary>Sends a short answer, now or when there is room.</summary>
    public void Post(byte[] answer)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && output.TryWrite(answer))
            {
                return;
            }

            if (_waiting.Count >= Limits.WatchAnswersMax)
            {
                output.Finish(CallStatus.TooManyRequests);
                return;
            }

            _waiting.Enqueue(answer);
        }
    }

    /// <summary>There is room: sends what waits. True if watchers may be given back.</summary>
    public bool SendWaiting()
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out var answer))
            {
                if (!output.TryWrite(answer))
                {
                    return false;
                }

                _waiting.Dequeue();
            }

            return _aside.Count > 0;
        }
    }

    /// <summary>The watchers that were set aside.</summary>
    public List<ProxyWatcher> TakeAside()
    {
        lock (_lock)
        {
            var aside = _aside;
            _aside = [];
            return aside;
        }
    }
}
