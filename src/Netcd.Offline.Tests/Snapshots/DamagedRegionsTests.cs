using Netcd.Disk;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Tests.Support;
using Netcd.TestKit.Disk;

namespace Netcd.Offline.Tests.Snapshots;

/// <summary>
/// A snapshot with one byte changed in each of its sectors, and cut off behind each of its pages: a restore refuses it,
/// and what does not look at the hash tells what is wrong or reads it to its end.
/// </summary>
public sealed class DamagedRegionsTests : IDisposable
{
    private const string Source = "/snap";
    private const int SectorBytes = 512;
    private const int PageBytes = 4096;

    private readonly WorkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Restore_refuses_a_changed_byte_anywhere()
    {
        var bytes = await File.ReadAllBytesAsync(_files.KubeRegistry());
        var place = 0;
        for (var start = 0; start < bytes.Length; start += SectorBytes)
        {
            // Another place of each sector, so that headers, keys, values and unused space all have their turn.
            place = (place + 37) % SectorBytes;
            var offset = Math.Min(start + place, bytes.Length - 1);
            bytes[offset] ^= 0x40;
            var disk = DiskOf(bytes);
            var refused = await Assert.ThrowsAsync<OfflineException>(() => RestoreAsync(disk, skipHashCheck: false));
            Assert.StartsWith("expected sha256 [", refused.Message, StringComparison.Ordinal);
            Assert.False(disk.DirectoryExists("/data"), $"offset {offset}");
            await CheckUnhashedAsync(bytes, offset);
            bytes[offset] ^= 0x40;
        }

        await RestoreAsync(DiskOf(bytes), skipHashCheck: false);
    }

    [Fact]
    public async Task Restore_refuses_a_file_that_was_cut_off_anywhere()
    {
        var bytes = await File.ReadAllBytesAsync(_files.KubeRegistry());
        for (var length = 0; length < bytes.Length; length += PageBytes)
        {
            foreach (var cut in new[] { length, length + 32 })
            {
                var disk = DiskOf(bytes[..Math.Min(cut, bytes.Length - 1)]);
                await Assert.ThrowsAsync<OfflineException>(() => RestoreAsync(disk, skipHashCheck: false));
                Assert.False(disk.DirectoryExists("/data"), $"{cut} bytes");
            }
        }
    }

    // Without the hash a change may go unseen, in a value or where nothing is; whatever is seen is told by its place.
    private static async Task CheckUnhashedAsync(byte[] bytes, int offset)
    {
        var disk = DiskOf(bytes);
        foreach (var look in new Func<Task>[]
        {
            () => RestoreAsync(disk, skipHashCheck: true),
            () => Task.Run(() => SnapshotStatusReader.Read(new OfflineTools(disk), Source)),
        })
        {
            var problem = await Record.ExceptionAsync(look);
            Assert.True(problem is null or OfflineException, $"offset {offset}: {problem}");
            Assert.True(problem is null || !disk.DirectoryExists("/data") || problem.Message.Length > 0);
        }
    }

    private static SimDisk DiskOf(byte[] content)
    {
        var disk = new SimDisk();
        using var file = disk.Open(Source, DiskOpenMode.Create);
        file.Write(0, content);
        return disk;
    }

    private static Task RestoreAsync(SimDisk disk, bool skipHashCheck) => new SnapshotRestore(
        new OfflineTools(disk),
        new RestoreOptions { SnapshotPath = Source, DataDirectory = "/data", SkipHashCheck = skipHashCheck })
        .RunAsync(CancellationToken.None);
}
