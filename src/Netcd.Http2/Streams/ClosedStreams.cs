namespace Netcd.Http2.Streams;

/// <summary>
/// How the last streams ended, so that frames crossing the end on the wire are told from wrong ones: a client that ends
/// its request in a frame of its own sends one for every call that is answered at once.
/// </summary>
/// <remarks>
/// Stream <c>id</c> is at place <c>id / 2</c> of a table that newer streams overwrite. The table has twice as many
/// places as streams were ever open at a time, within bounds, so that what is still on its way is remembered.
/// </remarks>
internal sealed class ClosedStreams
{
    // Allocated with the first stream that ends; its length is a power of two. Id 0 is no stream.
    private Entry[] _table = [];

    /// <summary>Remembers a stream that ended while so many others were open.</summary>
    public void Add(int id, ClosedBy by, int openStreams)
    {
        if (_table.Length <= openStreams * 2 && _table.Length < Limits.ClosedStreamsRememberedMax)
        {
            Grow(openStreams);
        }

        PlaceOf(id) = new Entry(id, by);
    }

    public ClosedBy Find(int id) =>
        _table.Length > 0 && PlaceOf(id) is { } entry && entry.Id == id ? entry.By : ClosedBy.Unknown;

    private ref Entry PlaceOf(int id) => ref _table[(id >> 1) & (_table.Length - 1)];

    private void Grow(int openStreams)
    {
        var length = Math.Max(_table.Length, Limits.ClosedStreamsRemembered);
        while (length <= openStreams * 2 && length < Limits.ClosedStreamsRememberedMax)
        {
            length *= 2;
        }

        if (length == _table.Length)
        {
            return;
        }

        var old = _table;
        _table = new Entry[length];
        foreach (var entry in old)
        {
            if (entry.Id != 0)
            {
                PlaceOf(entry.Id) = entry;
            }
        }
    }

    private readonly record struct Entry(int Id, ClosedBy By);
}
