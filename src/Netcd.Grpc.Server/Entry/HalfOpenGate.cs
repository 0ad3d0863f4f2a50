namespace Netcd.Grpc.Server.Entry;

/// <summary>
/// Bounds the connections that have not said what they are. When there are too many the oldest is given up, so that
/// whoever opens connections and stays silent shuts out nobody who talks.
/// </summary>
internal sealed class HalfOpenGate(int limit)
{
    // Guards the list. Sources in it are alive: they leave before they are disposed of.
    private readonly Lock _gate = new();
    private readonly LinkedList<CancellationTokenSource> _waiting = new();

    /// <summary>Counts a connection whose wait <paramref name="patience"/> ends.</summary>
    public LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource patience)
    {
        lock (_gate)
        {
            if (_waiting.Count >= limit && _waiting.First is { } oldest)
            {
                _waiting.Remove(oldest);

                // Not here and now: what it calls may take locks of its own.
                oldest.Value.CancelAfter(TimeSpan.Zero);
            }

            return _waiting.AddLast(patience);
        }
    }

    public void Leave(LinkedListNode<CancellationTokenSource> entry)
    {
        lock (_gate)
        {
            if (entry.List is not null)
            {
                _waiting.Remove(entry);
            }
        }
    }
}
