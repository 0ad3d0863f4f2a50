namespace Netcd.Http2.Streams;

/// <summary>How the last streams ended, so that frames crossing the end on the wire are told from wrong ones.</summary>
internal sealed class ClosedStreams
{
    // Allocated with the first stream that ends. Id 0 is no stream.
    private Entry[] _ring = [];
    private int _next;

    public void Add(int id, ClosedBy by)
    {
        if (_ring.Length == 0)
        {
            _ring = new Entry[Limits.ClosedStreamsRemembered];
        }

        _ring[_next] = new Entry(id, by);
        _next = (_next + 1) % _ring.Length;
    }

    public ClosedBy Find(int id)
    {
        foreach (var entry in _ring)
        {
            if (entry.Id == id)
            {
                return entry.By;
            }
        }

        return ClosedBy.Unknown;
    }

    private readonly record struct Entry(int Id, ClosedBy By);
}
