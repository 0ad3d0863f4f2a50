namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// Many threads put items in, the connection's owner takes all of them at once. Bounded by the open calls.
/// </summary>
internal sealed class Inbox
{
    private const int KeptItems = 1024;

    // Guards _filling; held for the copy of one item or the swap.
    private readonly Lock _gate = new();
    private List<InboxItem> _filling = [];
    private List<InboxItem> _spare = [];
    private bool _isClosed;

    /// <summary>False when the connection is gone: the caller lets go of what the item holds.</summary>
    public bool TryAdd(in InboxItem item)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _filling.Add(item);
            return true;
        }
    }

    /// <summary>
    /// What came in since the last call, null for nothing; the list is the caller's until the next call.
    /// </summary>
    public List<InboxItem>? Take()
    {
        lock (_gate)
        {
            if (_filling.Count == 0)
            {
                return null;
            }

            var taken = _filling;
            if (_spare.Capacity > KeptItems)
            {
                _spare = [];
            }

            _spare.Clear();
            (_filling, _spare) = (_spare, taken);
            return taken;
        }
    }

    /// <summary>Refuses what comes from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }
}
