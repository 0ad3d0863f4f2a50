using System.Buffers.Binary;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Tombstones that no compaction has dropped yet, in revision order, with their keys. Writer only.</summary>
/// <remarks>Records lie one after the other in segments: main i64 | sub i32 | key length i32 | key.</remarks>
internal sealed class TombstoneQueue
{
    private const int HeaderBytes = 16;
    private const int SegmentBytes = 64 * 1024;

    private readonly Queue<Segment> _segments = new();
    private Segment? _last;

    public long Bytes { get; private set; }

    public void Enqueue(Revision revision, ReadOnlySpan<byte> key)
    {
        var needed = HeaderBytes + key.Length;
        if (_last is null || _last.Bytes.Length - _last.End < needed)
        {
            _last = new Segment(new byte[Math.Max(SegmentBytes, needed)]);
            _segments.Enqueue(_last);
            Bytes += _last.Bytes.Length;
        }

        var record = _last.Bytes.AsSpan(_last.End);
        BinaryPrimitives.WriteInt64LittleEndian(record, revision.Main);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], (int)revision.Sub);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], key.Length);
        key.CopyTo(record[HeaderBytes..]);
        _last.End += needed;
    }

    /// <summary>The oldest tombstone; the key is valid until it is dequeued.</summary>
    public bool TryPeek(out Revision revision, out ReadOnlySpan<byte> key)
    {
        if (!_segments.TryPeek(out var segment) || segment.Start == segment.End)
        {
            revision = default;
            key = default;
            return false;
        }

        segment.Read(segment.Start, out revision, out key);
        return true;
    }

    public void Dequeue()
    {
        var segment = _segments.Peek();
        segment.Start = segment.Read(segment.Start, out _, out _);
        if (segment.Start == segment.End)
        {
            _segments.Dequeue();
            Bytes -= segment.Bytes.Length;
            if (segment == _last)
            {
                _last = null;
            }
        }
    }

    /// <summary>Adds the revisions with main at most <paramref name="maxMain"/>.</summary>
    public void CollectUpTo(long maxMain, ICollection<Revision> revisions)
    {
        foreach (var segment in _segments)
        {
            for (var at = segment.Start; at < segment.End;)
            {
                at = segment.Read(at, out var revision, out _);
                if (revision.Main > maxMain)
                {
                    return;
                }

                revisions.Add(revision);
            }
        }
    }

    private sealed class Segment(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Start { get; set; }

        public int End { get; set; }

        /// <summary>Reads the record at an offset; returns the offset of the next.</summary>
        public int Read(int at, out Revision revision, out ReadOnlySpan<byte> key)
        {
            var record = Bytes.AsSpan(at);
            revision = new Revision(
                BinaryPrimitives.ReadInt64LittleEndian(record),
                BinaryPrimitives.ReadInt32LittleEndian(record[8..]));
            var length = BinaryPrimitives.ReadInt32LittleEndian(record[12..]);
            key = record.Slice(HeaderBytes, length);
            return at + HeaderBytes + length;
        }
    }
}
