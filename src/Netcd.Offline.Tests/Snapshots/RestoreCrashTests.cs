using Netcd.Base;
using Netcd.Disk;
using Netcd.Offline.Checking;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Tests.Support;
using Netcd.TestKit.Disk;
using Netcd.Wal;

namespace Netcd.Offline.Tests.Snapshots;

/// <summary>
/// The power fails, or a call does, at each place of a restore: a member finds a whole data directory or none.
/// </summary>
public sealed class RestoreCrashTests : IDisposable
{
    private const string Data = "/cluster/data";
    private const string Member = Data + "/member";
    private const string Snapshot = "/kube.snap";
    private const int NoSpace = 28;

    private readonly WorkFiles _files = new();
    private readonly byte[] _snapshot;

    public RestoreCrashTests() => _snapshot = File.ReadAllBytes(_files.KubeRegistry());

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Power_cut_leaves_a_whole_directory_or_none()
    {
        var whole = 0;
        for (var change = 1; ; change++)
        {
            var disk = NewDisk();
            disk.CutPowerAtChange(disk.Changes + change);
            try
            {
                await RestoreAsync(disk);
                Assert.True(change > 20, $"a restore makes more than {change} changes");
                break;
            }
            catch (IOException)
            {
                foreach (var after in (SimDisk[])
                    [disk.CrashKeepNothing(), disk.Crash(new Prng((ulong)change)), disk.Kill()])
                {
                    whole += CheckWholeOrNone(after) ? 1 : 0;
                }
            }
        }

        Assert.True(whole > 0, "no cut came behind the last rename");
    }

    [Theory]
    [InlineData(SimCall.Write)]
    [InlineData(SimCall.Allocate)]
    [InlineData(SimCall.SyncData)]
    [InlineData(SimCall.Rename)]
    [InlineData(SimCall.CreateDirectory)]
    [InlineData(SimCall.Open)]
    public async Task Failed_call_leaves_nothing(SimCall call)
    {
        for (var number = 1; ; number++)
        {
            var disk = NewDisk();
            disk.FailCall(call, number, NoSpace);
            try
            {
                await RestoreAsync(disk);
            }
            catch (IOException)
            {
                if (disk.DirectoryExists(Member))
                {
                    // Only its name was not made durable yet.
                    Assert.True(CheckWholeOrNone(disk.Kill()));
                    continue;
                }

                Assert.False(disk.DirectoryExists(Data), $"{call} {number} left the directory");
                continue;
            }

            Assert.True(number > 1, "no call of this kind failed");
            Assert.True(CheckWholeOrNone(disk.Kill()));
            return;
        }
    }

    private static async Task RestoreAsync(SimDisk disk) =>
        await new SnapshotRestore(
            new OfflineTools(disk),
            new RestoreOptions { SnapshotPath = Snapshot, DataDirectory = Data }).RunAsync(CancellationToken.None);

    private static bool CheckWholeOrNone(SimDisk disk)
    {
        if (!disk.DirectoryExists(Member))
        {
            return false;
        }

        var tools = new OfflineTools(disk);
        Assert.True(DatabaseCheck.Run(tools, Member + "/snap/db").IsSound);
        Assert.Equal(1288562033u, HashReader.Read(tools, Member + "/snap/db", 0).Hash);
        Assert.Equal(new LogIndex(1), WriteAheadLog.ValidSnapshots(disk, Member + "/wal")[^1].Index);
        return true;
    }

    private SimDisk NewDisk()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/cluster");
        using (var file = disk.Open(Snapshot, DiskOpenMode.Create))
        {
            file.Write(0, _snapshot);
            file.SyncData();
        }

        disk.SyncDirectory("/");
        return disk;
    }
}
