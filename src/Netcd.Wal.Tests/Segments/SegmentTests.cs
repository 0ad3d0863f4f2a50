using Netcd.Base;
using Netcd.Disk;
using Netcd.TestKit.Disk;
using Netcd.Wal.Segments;

namespace Netcd.Wal.Tests.Segments;

public sealed class SegmentTests
{
    [Fact]
    public void A_closed_segment_is_never_zeroed_again()
    {
        var disk = new SimDisk();
        var file = disk.Open("/segment", DiskOpenMode.Create);
        file.Allocate(10_000);
        using var segment = new Segment(new SegmentName(0, LogIndex.Zero), "/segment", file, zeroedTo: 0);
        segment.Write(0, "records"u8);
        Assert.True(segment.ZeroStep(7, aheadBytes: 5_000));
        Assert.False(segment.ZeroStep(7, aheadBytes: 5_000));
        segment.Close(7);
        Assert.False(segment.ZeroStep(7, aheadBytes: 5_000));
        Assert.False(segment.ZeroStep(long.MaxValue / 2, aheadBytes: 5_000));
        Assert.Equal(7, file.Length);
    }

    [Theory]
    [InlineData("0000000000000001-0000000000000033.wal", 1, 0x33)]
    [InlineData("ffffffffffffffff-00000000000000ff.wal", ulong.MaxValue, 0xff)]
    public void Names_are_sequence_and_index_in_hex(string text, ulong sequence, ulong index)
    {
        Assert.True(SegmentName.TryParse(text, out var name));
        Assert.Equal((sequence, index), (name.Sequence, name.FirstIndex.Value));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("0.tmp")]
    [InlineData("0000000000000001-0000000000000033.wal.broken")]
    [InlineData("000000000000001-0000000000000033.wal")]
    [InlineData("000000000000000g-0000000000000033.wal")]
    [InlineData("0000000000000001_0000000000000033.wal")]
    public void Other_names_are_no_segments(string text) => Assert.False(SegmentName.TryParse(text, out _));
}
