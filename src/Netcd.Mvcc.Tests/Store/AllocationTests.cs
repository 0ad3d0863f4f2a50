using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void A_read_of_one_buffered_key_allocates_nothing()
    {
        using var opened = TestStore.Open(new SimDisk());
        for (var i = 0; i < 1000; i++)
        {
            opened.Put($"key{i:d4}", new string('v', 256));
        }

        var answer = new byte[1000];
        ReadMany(opened.Store, answer, 2000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadMany(opened.Store, answer, 2000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
    }

    [Fact]
    public void Buffers_are_used_again_after_a_commit()
    {
        var pool = new SegmentPool(1 << 20);
        var segment = pool.Rent();
        pool.Return(segment);
        Assert.Same(segment, pool.Rent());
        var buffer = new RevisionBuffer(pool);
        for (var i = 2; i < 5000; i++)
        {
            buffer.Append(new Revision(i, 0), tombstone: false, 300).Fill((byte)i);
            buffer.Publish();
        }

        buffer.Append(new Revision(5000, 0), tombstone: true, 400_000).Fill(1);
        buffer.Publish();
        for (var i = 2; i < 5000; i++)
        {
            var index = buffer.IndexOf(new Revision(i, 0));
            Assert.Equal(300, buffer.LengthAt(index));
            Assert.Equal((byte)i, buffer.ValueAt(index)[299]);
            Assert.Equal(-1, buffer.IndexOf(new Revision(i, 1)));
        }

        Assert.Equal(-1, buffer.IndexOf(new Revision(1, 0)));
        Assert.Equal(-1, buffer.IndexOf(new Revision(5001, 0)));
        Assert.Equal(400_000, buffer.ValueAt(buffer.IndexOf(new Revision(5000, 0))).Length);
        buffer.Release();
    }

    private static void ReadMany(MvccStore store, byte[] answer, int count)
    {
        Span<byte> key = stackalloc byte[7];
        "key0000"u8.CopyTo(key);
        for (var i = 0; i < count; i++)
        {
            key[6] = (byte)('0' + (i % 10));
            store.Range(new RangeQuery { Key = key }, out var selection);
            selection!.Fill(answer);
            selection.Release();
        }
    }
}
