using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Disk;

namespace Netcd.Bbolt.Writing;

/// <summary>
/// Writes the dirty pages of a commit in ascending order, neighbours together in writes of up to a mebibyte. Owned by
/// the database and used by one commit at a time.
/// </summary>
internal sealed class PageWriter(IDiskFile file, int pageSizeBytes)
{
    private const int BufferBytes = 1 << 20;

    private byte[] _buffer = [];
    private int _filled;

    // File offset of the first byte in the buffer.
    private long _offset;

    public void Write(WriteSpace space)
    {
        space.Dirty.Sort(static (left, right) => left.PageId.CompareTo(right.PageId));
        var previousEnd = 2;
        _filled = 0;
        foreach (ref readonly var dirty in CollectionsMarshal.AsSpan(space.Dirty))
        {
            Invariant.Check(dirty.PageId >= previousEnd, $"page {dirty.PageId} is written twice or is a meta");
            previousEnd = dirty.PageId + dirty.PageCount;
            PageSerializer.Write(space, dirty, Reserve(dirty.PageId, dirty.PageCount));
        }

        Flush();
        if (_buffer.Length > BufferBytes)
        {
            _buffer = [];
        }
    }

    private Span<byte> Reserve(int pageId, int pageCount)
    {
        var offset = (long)pageId * pageSizeBytes;
        var length = checked(pageCount * pageSizeBytes);
        if (offset != _offset + _filled || _filled + length > _buffer.Length)
        {
            Flush();
            _offset = offset;
            if (_buffer.Length < length)
            {
                _buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, BufferBytes));
            }
        }

        _filled += length;
        return _buffer.AsSpan(_filled - length, length);
    }

    private void Flush()
    {
        if (_filled > 0)
        {
            file.Write(_offset, _buffer.AsSpan(0, _filled));
            _filled = 0;
        }
    }
}
