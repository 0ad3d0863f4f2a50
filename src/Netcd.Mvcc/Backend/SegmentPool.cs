namespace Netcd.Mvcc;

/// <summary>
/// Reuses the fixed-size segments of <see cref="RevisionBuffer"/>, so that a steady stream of writes allocates nothing.
/// Bounded: what does not fit is left to the garbage collector. Any thread.
/// </summary>
internal sealed class SegmentPool
{
    /// <summary>Large enough that few values need a segment of their own, small enough for an idle member.</summary>
    public const int SegmentSizeBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _free = new();
    private readonly int _freeMax;

    public SegmentPool(long freeBytesMax) => _freeMax = (int)(freeBytesMax / SegmentSizeBytes);

    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var segment))
            {
                return segment;
            }
        }

        return GC.AllocateUninitializedArray<byte>(SegmentSizeBytes);
    }

    public void Return(byte[] segment)
    {
        if (segment.Length != SegmentSizeBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (_free.Count < _freeMax)
            {
                _free.Push(segment);
            }
        }
    }
}
