namespace Netcd.Mvcc;

/// <summary>
/// The last changes of the number of live keys: which key came or went at which revision. A count at a revision a
/// little below the newest is the present count less these.
/// </summary>
/// <remarks>
/// Two rings, of changes and of key bytes, both addressed by positions that only grow. The writer overwrites the
/// oldest; a reader checks at the end that nothing it has read was overwritten meanwhile.
/// </remarks>
internal sealed class CountChanges
{
    private const int ChangesMax = 16 * 1024;
    private const int BytesMax = 1024 * 1024;

    // Longer keys are not worth their room: the counts below them fall back to a walk.
    private const int KeyBytesMax = 4096;

    private Change[] _changes = [];
    private byte[] _bytes = [];
    private long _bytesTail;

    // Invariant: _head <= _tail; changes in [_head, _tail) are whole. Written by the writer, read by all.
    private long _head;
    private long _tail;

    // Changes with main revision at or below this one may be missing.
    private long _floorMain;

    /// <summary>Position after the newest change: taken together with the present count, it names a moment.</summary>
    public long Position => Volatile.Read(ref _tail);

    /// <summary>Says that changes up to this main revision are not recorded.</summary>
    public void Forget(long main)
    {
        Volatile.Write(ref _floorMain, main);
        Volatile.Write(ref _head, _tail);
    }

    public void Add(long main, ReadOnlySpan<byte> key, int delta)
    {
        if (key.Length > KeyBytesMax)
        {
            Forget(main);
            return;
        }

        if (_changes.Length == 0)
        {
            _changes = new Change[ChangesMax];
            _bytes = new byte[BytesMax];
        }

        // Keys do not wrap: the rest of the ring's end is skipped.
        var offset = (int)(_bytesTail % BytesMax);
        if (offset + key.Length > BytesMax)
        {
            _bytesTail += BytesMax - offset;
            offset = 0;
        }

        var head = _head;
        while (head < _tail && (_tail - head == ChangesMax || _bytesTail + key.Length - At(head).KeyStart > BytesMax))
        {
            Volatile.Write(ref _floorMain, At(head).Main);
            head++;
        }

        // The head moves before the bytes are overwritten, so that a reader of those finds out.
        Volatile.Write(ref _head, head);
        Volatile.WriteBarrier();
        key.CopyTo(_bytes.AsSpan(offset));
        At(_tail) = new Change { Main = main, KeyStart = _bytesTail, KeyLength = key.Length, Delta = delta };
        _bytesTail += key.Length;
        Volatile.Write(ref _tail, _tail + 1);
    }

    /// <summary>
    /// Sums the changes in a range after <paramref name="atRevision"/> and before <paramref name="position"/>. False if
    /// they are no longer all there, or more than <paramref name="max"/>. Any thread.
    /// </summary>
    public bool TrySum(in KeyRange range, long atRevision, long position, long max, out long sum)
    {
        sum = 0;
        var changes = Volatile.Read(ref _changes);
        var bytes = Volatile.Read(ref _bytes);
        var lowest = position;
        while (lowest > Volatile.Read(ref _head))
        {
            lowest--;
            var change = changes[lowest % ChangesMax];
            if (change.Main <= atRevision)
            {
                break;
            }

            var start = (int)(change.KeyStart % BytesMax);
            var length = Math.Clamp(change.KeyLength, 0, BytesMax - start);
            sum += range.Contains(bytes.AsSpan(start, length)) ? change.Delta : 0;
            if (position - lowest > max)
            {
                return false;
            }
        }

        // Also the change that ended the loop must have been whole.
        Volatile.ReadBarrier();
        return lowest >= Volatile.Read(ref _head) && Volatile.Read(ref _floorMain) <= atRevision;
    }

    private ref Change At(long position) => ref _changes[position % ChangesMax];

    private struct Change
    {
        public long Main;
        public long KeyStart;
        public int KeyLength;
        public int Delta;
    }
}
