using System.Runtime.Versioning;
using System.Text;

namespace Netcd.Disk.Tests;

[SupportedOSPlatform("linux")]
public sealed class RealDiskTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RealDisk _disk = RealDisk.Instance;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Bytes_written_at_an_offset_are_read_back_and_the_gap_is_zero()
    {
        using var file = _disk.Open(_directory.File("a"), DiskOpenMode.Create);
        file.Write(10, "hello"u8);
        Assert.Equal(15, file.Length);
        var buffer = new byte[20];
        Assert.Equal(15, file.Read(0, buffer));
        Assert.Equal(new byte[10], buffer[..10]);
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer[10..15]));
        Assert.Equal(0, file.Read(15, buffer));
    }

    [Fact]
    public void New_files_are_private_to_the_owner_and_so_are_directories()
    {
        _disk.CreateDirectory(_directory.File("d/e"));
        using var file = _disk.Open(_directory.File("d/e/f"), DiskOpenMode.Create);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(All, File.GetUnixFileMode(_directory.File("d")));
        Assert.Equal(All, File.GetUnixFileMode(_directory.File("d/e")));
    }

    [Theory]
    [InlineData(DiskOpenMode.Read)]
    [InlineData(DiskOpenMode.ReadWrite)]
    public void Opening_a_missing_file_names_it(DiskOpenMode mode)
    {
        var path = _directory.File("missing");
        var error = Assert.Throws<FileNotFoundException>(() => _disk.Open(path, mode));
        Assert.Equal($"open {path}: no such file or directory", error.Message);
    }

    [Fact]
    public void A_write_to_a_file_opened_for_reading_fails_with_the_path()
    {
        var path = _directory.File("a");
        _disk.Open(path, DiskOpenMode.Create).Dispose();
        using var file = _disk.Open(path, DiskOpenMode.Read);
        var error = Assert.Throws<IOException>(() => file.Write(0, "x"u8));
        Assert.Equal($"write {path}: bad file descriptor", error.Message);
    }

    [Fact]
    public void Opening_or_creating_keeps_content_and_creating_empties()
    {
        var path = _directory.File("a");
        using (var file = _disk.Open(path, DiskOpenMode.OpenOrCreate))
        {
            file.Write(0, "abc"u8);
            file.SyncData();
        }

        using (var file = _disk.Open(path, DiskOpenMode.OpenOrCreate))
        {
            Assert.Equal(3, file.Length);
        }

        using (var file = _disk.Open(path, DiskOpenMode.Create))
        {
            Assert.Equal(0, file.Length);
        }
    }

    [Fact]
    public void Allocation_extends_with_zeros_and_never_shortens()
    {
        using var file = _disk.Open(_directory.File("a"), DiskOpenMode.Create);
        file.Write(0, "abc"u8);
        file.Allocate(100_000);
        Assert.Equal(100_000, file.Length);
        file.Allocate(10);
        Assert.Equal(100_000, file.Length);
        file.SetLength(2);
        Assert.Equal(2, file.Length);
    }

    [Theory]
    [InlineData(DiskLock.Flock)]
    [InlineData(DiskLock.OpenFileDescription)]
    public void A_lock_keeps_others_out_until_released_or_closed(DiskLock kind)
    {
        var path = _directory.File("a");
        using var first = _disk.Open(path, DiskOpenMode.Create);
        using var second = _disk.Open(path, DiskOpenMode.ReadWrite);
        Assert.True(first.TryLock(kind));
        Assert.False(second.TryLock(kind));
        first.Unlock(kind);
        Assert.True(second.TryLock(kind));
        Assert.False(first.TryLock(kind));
        second.Dispose();
        Assert.True(first.TryLock(kind));
    }

    [Fact]
    public void The_two_kinds_of_lock_do_not_see_each_other()
    {
        var path = _directory.File("a");
        using var first = _disk.Open(path, DiskOpenMode.Create);
        using var second = _disk.Open(path, DiskOpenMode.ReadWrite);
        Assert.True(first.TryLock(DiskLock.Flock));
        Assert.True(second.TryLock(DiskLock.OpenFileDescription));
    }

    [Fact]
    public void Readers_share_a_lock_that_keeps_writers_out()
    {
        var path = _directory.File("a");
        using var writer = _disk.Open(path, DiskOpenMode.Create);
        using var first = _disk.Open(path, DiskOpenMode.Read);
        using var second = _disk.Open(path, DiskOpenMode.Read);
        Assert.True(first.TryLock(DiskLock.SharedFlock));
        Assert.True(second.TryLock(DiskLock.SharedFlock));
        Assert.False(writer.TryLock(DiskLock.Flock));
        first.Unlock(DiskLock.SharedFlock);
        Assert.False(writer.TryLock(DiskLock.Flock));
        second.Dispose();
        Assert.True(writer.TryLock(DiskLock.Flock));
        Assert.False(first.TryLock(DiskLock.SharedFlock));
    }

    [Fact]
    public void Names_are_listed_in_ordinal_order_and_renames_replace()
    {
        foreach (var name in new[] { "b", "B", "a" })
        {
            _disk.Open(_directory.File(name), DiskOpenMode.Create).Dispose();
        }

        _disk.Rename(_directory.File("a"), _directory.File("b"));
        _disk.SyncDirectory(_directory.Path);
        Assert.Equal(["B", "b"], _disk.List(_directory.Path));
        _disk.DeleteFile(_directory.File("b"));
        Assert.False(_disk.FileExists(_directory.File("b")));
        Assert.Throws<FileNotFoundException>(() => _disk.DeleteFile(_directory.File("b")));
    }

    [Fact]
    public void A_directory_is_renamed_and_deleted_with_its_content()
    {
        _disk.CreateDirectory(_directory.File("d.tmp"));
        _disk.Open(_directory.File("d.tmp/f"), DiskOpenMode.Create).Dispose();
        _disk.Rename(_directory.File("d.tmp"), _directory.File("d"));
        Assert.True(_disk.DirectoryExists(_directory.File("d")));
        _disk.DeleteDirectory(_directory.File("d"));
        Assert.False(_disk.DirectoryExists(_directory.File("d")));
    }

    [Fact]
    public void A_map_shows_later_writes_and_grows_without_moving()
    {
        using var file = _disk.Open(_directory.File("a"), DiskOpenMode.Create);
        file.SetLength(5_000);
        file.Write(4_990, "end"u8);
        using var map = _disk.Map(file, 1L << 36);
        Assert.Equal(5_000, map.MappedBytes);
        var early = map.Slice(4_990, 3);
        Assert.True(early.SequenceEqual("end"u8));

        file.SetLength(1_000_000);
        file.Write(900_000, "tail"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Slice(900_000, 4).Length);
        map.Grow(1_000_000);
        Assert.True(map.Slice(900_000, 4).SequenceEqual("tail"u8));
        file.Write(4_990, "END"u8);
        Assert.True(early.SequenceEqual("END"u8));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 101)]
    [InlineData(100, 1)]
    [InlineData(long.MaxValue, 1)]
    public void A_slice_outside_the_map_is_refused(long offset, int length)
    {
        using var file = _disk.Open(_directory.File("a"), DiskOpenMode.Create);
        file.SetLength(100);
        using var map = _disk.Map(file, 4096);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Slice(offset, length).Length);

        // A hint is not refused.
        map.Prefetch(offset, length);
    }

    [Fact]
    public void A_map_does_not_grow_past_its_reservation_and_a_closed_one_gives_nothing()
    {
        using var file = _disk.Open(_directory.File("a"), DiskOpenMode.Create);
        file.SetLength(10_000);
        var map = _disk.Map(file, 16_384);
        file.SetLength(20_000);
        Assert.Throws<IOException>(() => map.Grow(20_000));
        map.Prefetch(0, 10_000);
        map.Dispose();
        map.Prefetch(0, 10_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Slice(0, 1).Length);
    }

    [Fact]
    public void An_empty_file_can_be_mapped_and_grown()
    {
        using var file = _disk.Open(_directory.File("a"), DiskOpenMode.Create);
        using var map = _disk.Map(file, 1 << 20);
        Assert.Equal(0, map.MappedBytes);
        file.Write(0, "x"u8);
        map.Grow(1);
        Assert.Equal((byte)'x', map.Slice(0, 1)[0]);
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    public void Uncached_file_has_what_was_written_in_blocks_and_beside_them(string parent)
    {
        var path = $"{parent}/netcd-uncached-{Environment.ProcessId}-{Path.GetFileName(_directory.File("x"))}";
        var blocks = BlockMemory.Allocate(4 * BlockMemory.BlockBytes);
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks.Span[i] = (byte)(i * 7);
        }

        try
        {
            using (var file = _disk.Open(path, DiskOpenMode.CreateUncached))
            {
                file.Allocate(6 * BlockMemory.BlockBytes);
                file.Write(BlockMemory.BlockBytes, blocks.Span);
                file.BeginSync(BlockMemory.BlockBytes, blocks.Length);
                file.Write(0, blocks.Span[..BlockMemory.BlockBytes]);

                // No whole block, no even place, no even memory: each ends the way past the page cache.
                file.Write(5 * BlockMemory.BlockBytes, "rest"u8);
                file.Write(BlockMemory.BlockBytes - 1, blocks.Span[1..3]);
                file.Write(2 * BlockMemory.BlockBytes, blocks.Span[..BlockMemory.BlockBytes]);
                file.SetLength((5 * BlockMemory.BlockBytes) + 4);
                file.SyncData();
                var back = new byte[5];
                Assert.Equal(5, file.Read(BlockMemory.BlockBytes - 1, back));
                Assert.Equal(new byte[] { 7, 14, 7, 14, 21 }, back);
            }

            byte[] expected = [.. blocks.Span[..BlockMemory.BlockBytes], .. blocks.Span, .. "rest"u8];
            expected[BlockMemory.BlockBytes - 1] = 7;
            expected[BlockMemory.BlockBytes] = 14;
            blocks.Span[..BlockMemory.BlockBytes].CopyTo(expected.AsSpan(2 * BlockMemory.BlockBytes));
            Assert.Equal(expected, File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
