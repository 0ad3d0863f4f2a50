namespace Netcd.Server.Loops;

/// <summary>
/// Queue into a loop: many threads post, one takes all that is there at once. The owner sleeps while it is empty and is
/// woken once for any number of posts, because a wake-up costs more than most of the work it brings.
/// </summary>
internal sealed class Inbox<T> : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private List<T> _posted = [];
    private bool _sleeping;
    private bool _closed;
    private long _posts;

    internal bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>
    /// Whether the owner sleeps, and how many posts there were: equal counts of two looks at several idle inboxes mean
    /// that nothing happened in between. For tests that move time by hand.
    /// </summary>
    internal (bool IsIdle, long Posts) Activity
    {
        get
        {
            lock (_gate)
            {
                return (_sleeping || _closed, _posts);
            }
        }
    }

    /// <summary>False, and nothing posted, once the inbox is closed.</summary>
    internal bool Post(T item)
    {
        bool wake;
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _posted.Add(item);
            _posts++;
            wake = _sleeping;
            _sleeping = false;
        }

        if (wake)
        {
            _wake.Set();
        }

        return true;
    }

    /// <summary>
    /// Posts what can wait until the owner wakes for something else. True if the owner sleeps; whatever it published
    /// before it fell asleep is visible then.
    /// </summary>
    internal bool PostQuietly(T item)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _posted.Add(item);
            }

            return _sleeping;
        }
    }

    /// <summary>Wakes the owner if it sleeps.</summary>
    internal void Wake()
    {
        bool wake;
        lock (_gate)
        {
            wake = _sleeping;
            _sleeping = false;
        }

        if (wake)
        {
            _wake.Set();
        }
    }

    /// <summary>
    /// Waits for posts and swaps them for an empty list that the owner gives; false once the inbox is closed and empty.
    /// </summary>
    internal bool TakeAll(ref List<T> emptied)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_posted.Count > 0)
                {
                    (_posted, emptied) = (emptied, _posted);
                    return true;
                }

                if (_closed)
                {
                    return false;
                }

                _sleeping = true;
            }

            _wake.WaitOne();
        }
    }

    /// <summary>Refuses further posts and wakes the owner, who still gets what was posted before.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _sleeping = false;
        }

        _wake.Set();
    }

    public void Dispose() => _wake.Dispose();
}
