using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Tests.Support;
using Netcd.TestKit.Disk;
using Netcd.Wal;

namespace Netcd.Offline.Tests.Snapshots;

/// <summary>The power fails at every change that a restore makes to the disk.</summary>
public sealed class RestoreCrashTests : IDisposable
{
    private const string Source = "/kube-registry.snap";
    private const uint KubeHash = 1288562033;
    private const int CutsMin = 20;
    private const int NoSpace = 28;
    private const int IoError = 5;

    private readonly WorkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task What_is_left_is_a_whole_member_or_none()
    {
        var snapshot = await File.ReadAllBytesAsync(_files.KubeRegistry());
        var cut = 0;
        for (var isCut = true; isCut; cut++)
        {
            var disk = Prepared(snapshot);
            disk.CutPowerAtChange(disk.Changes + cut);
            isCut = await IsCutAsync(disk);
            foreach (var survivor in new[] { disk.CrashKeepNothing(), disk.Crash(new Prng((ulong)cut)), disk.Kill() })
            {
                Assert.True(
                    IsWholeOrNone(survivor, mustBeThere: !isCut), $"cut {cut}: a member directory that is not whole");
            }
        }

        Assert.True(cut > CutsMin, $"{cut} cuts");
    }

    [Theory]
    [InlineData(SimCall.Allocate, NoSpace)]
    [InlineData(SimCall.Write, NoSpace)]
    [InlineData(SimCall.SyncData, IoError)]
    [InlineData(SimCall.Rename, IoError)]
    public async Task Failure_of_the_disk_is_told_and_leaves_nothing(SimCall call, int error)
    {
        var snapshot = await File.ReadAllBytesAsync(_files.KubeRegistry());
        var failures = 0;
        for (var number = 1; ; number++)
        {
            var disk = Prepared(snapshot);
            var before = disk.Calls(call);
            disk.FailCall(call, number, error);
            var failure = await Record.ExceptionAsync(() => RestoreAsync(disk));
            if (disk.Calls(call) - before < number)
            {
                Assert.Null(failure);
                break;
            }

            failures++;
            Assert.IsAssignableFrom<IOException>(failure);
            Assert.Contains(error, new[] { failure.HResult, failure.InnerException?.HResult ?? 0 });
            Assert.False(disk.DirectoryExists("/data"), $"{call} {number}: {string.Join(' ', disk.List("/"))}");
        }

        Assert.True(failures > 0);
    }

    private static SimDisk Prepared(byte[] snapshot)
    {
        var disk = new SimDisk();
        using (var file = disk.Open(Source, DiskOpenMode.Create))
        {
            file.Write(0, snapshot);
            file.SyncData();
        }

        disk.SyncDirectory("/");
        return disk;
    }

    private static async Task<bool> IsCutAsync(SimDisk disk)
    {
        try
        {
            await RestoreAsync(disk);
            return false;
        }
        catch (Exception failure) when (failure is PowerCutException || failure.InnerException is PowerCutException)
        {
            return true;
        }
    }

    private static Task RestoreAsync(SimDisk disk) => new SnapshotRestore(
        new OfflineTools(disk), new RestoreOptions { SnapshotPath = Source, DataDirectory = "/data" })
        .RunAsync(CancellationToken.None);

    private static bool IsWholeOrNone(SimDisk disk, bool mustBeThere)
    {
        if (!disk.DirectoryExists("/data/member"))
        {
            return !mustBeThere;
        }

        const string Database = "/data/member/snap/db";
        using (var database = BboltDatabase.Open(disk, Database, new BboltOptions { ReadOnly = true }))
        {
            if (database.Check().Count > 0)
            {
                return false;
            }
        }

        var log = WriteAheadLog.Read(disk, "/data/member/wal", WalSnapshot.Start);
        return BackendFile.Check(disk, Database) == new LogIndex(1)
            && log.State.Commit == new LogIndex(1)
            && HashReader.Read(new OfflineTools(disk), Database, 0).Hash == KubeHash;
    }
}
