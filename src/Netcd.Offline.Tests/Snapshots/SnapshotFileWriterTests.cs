using System.Security.Cryptography;
using Netcd.Disk;
using Netcd.Offline.Snapshots;
using Netcd.TestKit.Disk;

namespace Netcd.Offline.Tests.Snapshots;

public sealed class SnapshotFileWriterTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private const int NoSpace = 28;
    private const int IoError = 5;

    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-writer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public static TheoryData<int, int, int> Sizes()
    {
        // Around the trailer, a block of the disk, a block of the writer and all of its blocks; in pieces of which none
        // fits into those.
        var sizes = new TheoryData<int, int, int>();
        foreach (var size in new[]
        {
            0, 1, 31, 32, 33, 4095, 4096, 4097, Mebibyte - 1, Mebibyte, Mebibyte + 32, 14 * Mebibyte,
            (14 * Mebibyte) + 77,
        })
        {
            sizes.Add(size, 1000, 0);
            sizes.Add(size, 32 * 1024, 32);
        }

        sizes.Add(3 * Mebibyte, 7 * Mebibyte, 32);
        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task File_and_hash_are_those_of_the_bytes(int size, int pieceBytes, int trailerBytes)
    {
        var content = Content(size);
        foreach (var mode in new[] { DiskOpenMode.Create, DiskOpenMode.CreateUncached })
        {
            var path = Path.Combine(_directory, mode.ToString());
            using (var file = RealDisk.Instance.Open(path, mode))
            {
                await using var writer = new SnapshotFileWriter(
                    file, mode == DiskOpenMode.CreateUncached, isHashed: true, trailerBytes);
                await AppendAsync(writer, content, pieceBytes);
                var trailer = Math.Min(size, trailerBytes);
                var (hash, behind) = Assert.NotNull(await writer.CompleteAsync());
                Assert.Equal(SHA256.HashData(content.AsSpan(0, size - trailer)), hash);
                Assert.Equal(content[^trailer..], behind);
                Assert.Equal(size, writer.Length);
            }

            Assert.Equal(content, await File.ReadAllBytesAsync(path));
        }
    }

    [Fact]
    public async Task Nobody_waits_for_a_hash_that_nobody_wants()
    {
        using var file = new SimDisk().Open("/file", DiskOpenMode.Create);
        await using var writer = new SnapshotFileWriter(file, isUncached: false, isHashed: false, trailerBytes: 0);
        await AppendAsync(writer, Content(3 * Mebibyte), 4096);
        Assert.Null(await writer.CompleteAsync());
        Assert.Equal(3 * Mebibyte, file.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Write_that_fails_ends_the_filling_or_the_completion(int number)
    {
        var disk = new SimDisk();
        using var file = disk.Open("/file", DiskOpenMode.CreateUncached);
        disk.FailCall(SimCall.Write, number, NoSpace);
        await using var writer = new SnapshotFileWriter(file, isUncached: true, isHashed: true, trailerBytes: 0);
        var failure = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await AppendAsync(writer, Content(30 * Mebibyte), 100_000);
            await writer.CompleteAsync();
        });
        Assert.Equal(NoSpace, failure.HResult);
    }

    [Fact]
    public async Task Sync_that_fails_is_told_once_all_is_written()
    {
        var disk = new SimDisk();
        using var file = disk.Open("/file", DiskOpenMode.Create);
        disk.FailCall(SimCall.SyncData, 1, IoError);
        await using var writer = new SnapshotFileWriter(file, isUncached: false, isHashed: true, trailerBytes: 0);
        await AppendAsync(writer, Content(Mebibyte), 100_000);
        var failure = await Assert.ThrowsAsync<IOException>(writer.CompleteAsync);
        Assert.Equal(IoError, failure.HResult);
    }

    [Fact]
    public async Task What_is_given_up_half_way_ends_its_threads()
    {
        using var file = new SimDisk().Open("/file", DiskOpenMode.Create);
        var writer = new SnapshotFileWriter(file, isUncached: true, isHashed: true, trailerBytes: 32);
        await AppendAsync(writer, Content(20 * Mebibyte), 100_000);
        await writer.DisposeAsync();
        await writer.DisposeAsync();
        var length = file.Length;
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await writer.AppendAsync(Content(1), CancellationToken.None));
        Assert.Equal(length, file.Length);
    }

    private static async Task AppendAsync(SnapshotFileWriter writer, byte[] content, int pieceBytes)
    {
        for (var offset = 0; offset < content.Length; offset += pieceBytes)
        {
            await writer.AppendAsync(
                content.AsMemory(offset, Math.Min(pieceBytes, content.Length - offset)), CancellationToken.None);
        }
    }

    private static byte[] Content(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }
}
