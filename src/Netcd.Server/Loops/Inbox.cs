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

    // Whether something among them must not wait for more to come.
    private bool _isDue;
    private bool _sleeping;

    // While it sleeps: how many posts wake it, and whether it wakes by itself.
    private int _wakeAt;
    private bool _isTimed;
    private bool _closed;
    private long _posts;

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
                return ((_sleeping && !_isTimed) || _closed, _posts);
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

            Add(item);
            _isDue = true;
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
    /// Posts what may wait until as many are there as the owner wished for when it fell asleep. False, and nothing
    /// posted, once the inbox is closed.
    /// </summary>
    internal bool PostPatiently(T item)
    {
        bool wake;
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            Add(item);
            wake = _sleeping && _posted.Count >= _wakeAt;
            _sleeping &= !wake;
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
                Add(item);
                _isDue = true;
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
    internal bool TakeAll(ref List<T> emptied) =>
        TakeAll(ref emptied, atLeast: 1, Timeout.Infinite, out _);

    /// <summary>
    /// As <see cref="TakeAll(ref List{T})"/>, but patient posts are waited for until there are so many, or so many
    /// milliseconds have passed; then the list may be empty.
    /// </summary>
    internal bool TakeAll(ref List<T> emptied, int atLeast, int patience, out bool hasWaited)
    {
        hasWaited = false;
        while (true)
        {
            lock (_gate)
            {
                if (_isDue || _closed || hasWaited || _posted.Count >= atLeast)
                {
                    var isEnd = _closed && _posted.Count == 0;
                    (_posted, emptied) = (emptied, _posted);
                    _isDue = false;
                    _sleeping = false;
                    return !isEnd;
                }

                _sleeping = true;
                _wakeAt = atLeast;
                _isTimed = patience >= 0;
            }

            hasWaited = !_wake.WaitOne(patience);
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

    private void Add(T item)
    {
        _posted.Add(item);
        _posts++;
    }
}
