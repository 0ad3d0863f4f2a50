using System.Buffers;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>
/// The answer of a range: which records, in which order, and where their bytes lie. It holds a pinned view, so it must
/// be released exactly once, soon; the bytes go from the store's memory straight into the caller's span.
/// </summary>
/// <remarks>
/// Pooled: nothing of it may be used after <see cref="Release"/>. One thread at a time, except that the store may move
/// a slow reader's records out of the file behind its back (<see cref="TryCopyOut"/>), under the selection's lock.
/// </remarks>
public sealed class RangeSelection
{
    private const int PooledRecordsMax = 1024;
    private const int KvsField = 2;

    // While a record is copied, one behind it is fetched from memory. Shorter ones are fetched together by the
    // processor itself, longer ones as soon as it has seen their beginning.
    private const int RecordsAhead = 2;
    private const int AheadBytesMin = 256;
    private const int AheadBytesMax = 4096;

    private readonly RangeSelectionPool _pool;
    private readonly Lock _lock = new();
    private RecordLocation[] _records = new RecordLocation[1];
    private int _count;
    private BackendView? _view;
    private byte[]? _copy;

    private bool _streamed;

    // Where Fill goes on: the record, and how many of its encoded bytes (tag, length, message) were given out.
    private int _fillRecord;
    private int _fillOffset;

    // Offset in _copy of record _copyFrom; those before it were given out before the copy was made.
    private int _copyFrom;

    internal RangeSelection(RangeSelectionPool pool) => _pool = pool;

    /// <summary>Current revision of the store as the reader saw it: the answer's header revision.</summary>
    public long HeaderRevision { get; private set; }

    /// <summary>Keys in the range at the revision, whatever the limit and the filters.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the limit cut keys off.</summary>
    public bool More { get; private set; }

    /// <summary>Whether values are left out.</summary>
    public bool KeysOnly { get; private set; }

    /// <summary>Records selected.</summary>
    public int KvCount => _count;

    /// <summary>
    /// Exact bytes of the repeated field <c>kvs</c> of a RangeResponse: for each record tag, length and message.
    /// </summary>
    public long KvsLengthBytes { get; private set; }

    /// <summary>Bytes of that field not given out yet.</summary>
    public long RemainingBytes { get; private set; }

    /// <summary>Commits that happened when the view was pinned; how the store tells who is slow.</summary>
    internal long PinnedSequence => _view?.Sequence ?? long.MaxValue;

    /// <summary>
    /// Writes the next bytes of the <c>kvs</c> field; returns how many: all of the span unless the field ends.
    /// </summary>
    public int Fill(Span<byte> destination)
    {
        lock (_lock)
        {
            var written = 0;
            while (written < destination.Length && _fillRecord < _count)
            {
                var rest = destination[written..];
                var count = _copy is null ? FillWholeRecords(rest) : FillFromCopy(rest);
                written += count > 0 ? count : FillPart(rest);
            }

            RemainingBytes -= written;
            return written;
        }
    }

    /// <summary>
    /// Stored bytes (a whole KeyValue, value included) of one record; valid until <see cref="Release"/>. Only before
    /// the selection is streamed.
    /// </summary>
    public ReadOnlySpan<byte> StoredAt(int index)
    {
        Invariant.Check(_view is not null && index < _count);
        return _view.Read(_records[index]);
    }

    /// <summary>Decoded record; its spans live until <see cref="Release"/>.</summary>
    public StoredKeyValue KeyValueAt(int index) => StoredKeyValue.Parse(StoredAt(index));

    /// <summary>Gives the pinned view and the selection back. Exactly once.</summary>
    public void Release()
    {
        if (_streamed)
        {
            _pool.Pins.Remove(this);
            _streamed = false;
        }

        lock (_lock)
        {
            _view?.Release();
            _view = null;
            if (_copy is not null)
            {
                _pool.Pins.CopyReleased(_copy.Length);
                ArrayPool<byte>.Shared.Return(_copy);
                _copy = null;
            }

            if (_records.Length > PooledRecordsMax)
            {
                ArrayPool<RecordLocation>.Shared.Return(_records);
                _records = new RecordLocation[1];
            }
        }

        _pool.Return(this);
    }

    /// <summary>
    /// Tells the store that this selection may be read slowly: if its view grows old, its records are copied to memory
    /// and the view is released. Call once, before the first <see cref="Fill"/> of a streamed answer.
    /// </summary>
    public void StreamSlowly()
    {
        _streamed = true;
        _pool.Pins.Add(this);
    }

    internal void Begin(BackendView? view, long headerRevision, bool keysOnly)
    {
        _view = view;
        _count = 0;
        _fillRecord = 0;
        _fillOffset = 0;
        HeaderRevision = headerRevision;
        KeysOnly = keysOnly;
        Count = 0;
        More = false;
        KvsLengthBytes = 0;
        RemainingBytes = 0;
    }

    /// <summary>Adds a record by its revision; <see cref="LocateAll"/> follows before anything reads it.</summary>
    internal void AddRevision(Revision revision)
    {
        if (_count == _records.Length)
        {
            Grow();
        }

        _records[_count++] = new RecordLocation(revision.Main, (int)revision.Sub);
    }

    /// <summary>Turns the revisions added so far into locations.</summary>
    internal void LocateAll(BackendView view) => BulkLocator.Locate(view, Records);

    /// <summary>The records selected so far, for filters and sorting.</summary>
    internal Span<RecordLocation> Records => _records.AsSpan(0, _count);

    internal ReadOnlySpan<byte> Read(RecordLocation location) => _view!.Read(location); // Selecting holds the view.

    internal void Truncate(int count) => _count = count;

    /// <summary>Ends the selecting: sums the lengths.</summary>
    internal void End(long count, bool more)
    {
        Count = count;
        More = more;
        var total = 0L;
        for (var i = 0; i < _count; i++)
        {
            var length = KeysOnly ? KeysOnlyRecord.Of(_view!.Read(_records[i])).Length : _records[i].Length;
            total += ProtoSize.Delimited(KvsField, length);
        }

        KvsLengthBytes = total;
        RemainingBytes = total;
    }

    /// <summary>
    /// Copies what was not given out yet to memory and releases the view; false if it is finished anyway.
    /// </summary>
    internal bool TryCopyOut()
    {
        lock (_lock)
        {
            if (_view is null || _fillRecord == _count || RemainingBytes > int.MaxValue / 2)
            {
                return false;
            }

            var needed = RemainingBytes + _fillOffset;
            var copy = ArrayPool<byte>.Shared.Rent((int)needed);
            if (!_pool.Pins.TryReserveCopy(copy.Length))
            {
                ArrayPool<byte>.Shared.Return(copy);
                return false;
            }

            var offset = 0;
            for (var i = _fillRecord; i < _count; i++)
            {
                offset += WriteRecord(copy.AsSpan(offset), i);
            }

            Invariant.Check(offset == needed, $"copied {offset} bytes of {needed}");
            _copy = copy;
            _copyFrom = _fillOffset;
            _view.Release();
            _view = null;
            return true;
        }
    }

    private int FillFromCopy(Span<byte> destination)
    {
        var length = (int)Math.Min(destination.Length, RemainingBytes);
        _copy.AsSpan(_copyFrom, length).CopyTo(destination);
        _copyFrom += length;
        if (length == RemainingBytes)
        {
            _fillRecord = _count;
        }

        return length;
    }

    // Nearly all bytes of long answers go through this loop. Returns 0 if it is not for the next record.
    private int FillWholeRecords(Span<byte> destination)
    {
        if (KeysOnly || _fillOffset > 0)
        {
            return 0;
        }

        var view = _view;
        Invariant.Check(view is not null);
        var writer = new ProtoWriter(destination);
        var next = _fillRecord;
        for (; next < _count; next++)
        {
            var record = _records[next];
            if (ProtoSize.Delimited(KvsField, record.Length) > destination.Length - writer.Position)
            {
                break;
            }

            if (next + RecordsAhead < _count)
            {
                FetchAhead(view, _records[next + RecordsAhead]);
            }

            writer.Delimited(KvsField, view.Read(record));
        }

        _fillRecord = next;
        return writer.Position;
    }

    private static void FetchAhead(BackendView view, RecordLocation record)
    {
        if (record.Length is >= AheadBytesMin and <= AheadBytesMax)
        {
            view.Prefetch(record);
        }
    }

    private int FillPart(Span<byte> destination)
    {
        var record = EncodedRecord.Of(_view!.Read(_records[_fillRecord]), KeysOnly);
        if (_fillOffset == 0 && destination.Length >= record.Length)
        {
            _fillRecord++;
            return record.Write(destination);
        }

        var length = record.WritePart(destination, _fillOffset);
        _fillOffset += length;
        if (_fillOffset == record.Length)
        {
            _fillRecord++;
            _fillOffset = 0;
        }

        return length;
    }

    private int WriteRecord(Span<byte> destination, int index) =>
        EncodedRecord.Of(_view!.Read(_records[index]), KeysOnly).Write(destination);

    private void Grow()
    {
        if (_records.Length < PooledRecordsMax)
        {
            Array.Resize(ref _records, _records.Length == 1 ? 16 : _records.Length * 2);
            return;
        }

        var larger = ArrayPool<RecordLocation>.Shared.Rent(_records.Length * 2);
        _records.CopyTo(larger, 0);
        if (_records.Length > PooledRecordsMax)
        {
            ArrayPool<RecordLocation>.Shared.Return(_records);
        }

        _records = larger;
    }
}
