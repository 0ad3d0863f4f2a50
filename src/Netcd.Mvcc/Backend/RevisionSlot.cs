using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>Where one record of bucket <c>key</c> lies in a <see cref="RevisionBuffer"/>: 24 bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RevisionSlot(long main, int sub, bool tombstone, int segment, int offset, int length)
{
    private const uint TombstoneBit = 0x8000_0000;

    private readonly uint _subAndTombstone = (uint)sub | (tombstone ? TombstoneBit : 0);

    public long Main { get; } = main;

    public int Segment { get; } = segment;

    public int Offset { get; } = offset;

    public int Length { get; } = length;

    public int Sub => (int)(_subAndTombstone & ~TombstoneBit);

    public bool IsTombstone => (_subAndTombstone & TombstoneBit) != 0;
}
