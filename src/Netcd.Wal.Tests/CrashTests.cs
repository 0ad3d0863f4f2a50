using Netcd.Base;
using Netcd.Base.Records;
using Netcd.TestKit.Disk;
using Netcd.Wal.Snapshots;
using static Netcd.Wal.Tests.WalTestLog;

namespace Netcd.Wal.Tests;

/// <summary>
/// Runs a script that creates, appends, cuts, snapshots, releases and purges, with the power cut at every change it
/// makes to the disk, and opens what is left in several ways.
/// </summary>
public sealed class CrashTests
{
    private const string SnapPath = "/member/snap";
    private const int SeedsPerPoint = 5;

    [Fact]
    public void Whatever_was_acknowledged_survives_a_power_cut_at_every_change()
    {
        var total = Run(new SimDisk(), new Acknowledged());
        Assert.InRange(total, 100, 2000);
        for (var change = 0; change <= total; change++)
        {
            var disk = new SimDisk();
            disk.CutPowerAtChange(change);
            var acknowledged = new Acknowledged();
            try
            {
                Run(disk, acknowledged);
            }
            catch (PowerCutException)
            {
            }

            Check(disk.CrashKeepNothing(), acknowledged, $"change {change}, nothing kept");
            Check(disk.Kill(), acknowledged, $"change {change}, killed");
            for (ulong seed = 0; seed < SeedsPerPoint; seed++)
            {
                Check(disk.Crash(new Prng(seed)), acknowledged, $"change {change}, seed {seed}");
            }
        }
    }

    [Theory]
    [InlineData(SimCall.Write, 28)]
    [InlineData(SimCall.SyncData, 5)]
    [InlineData(SimCall.Allocate, 28)]
    [InlineData(SimCall.Rename, 5)]
    [InlineData(SimCall.SyncDirectory, 5)]
    [InlineData(SimCall.SetLength, 5)]
    public void A_failing_call_stops_the_script_and_nothing_acknowledged_is_lost(SimCall call, int error)
    {
        var reference = new SimDisk();
        Run(reference, new Acknowledged());
        var total = reference.Calls(call);
        Assert.True(total > 0);
        for (var number = 1; number <= total; number++)
        {
            var disk = new SimDisk();
            disk.FailCall(call, number, error);
            var acknowledged = new Acknowledged();
            Assert.Throws<IOException>(() => Run(disk, acknowledged));
            Check(disk.CrashKeepNothing(), acknowledged, $"{call} {number}");
            Check(disk.Crash(new Prng((ulong)number)), acknowledged, $"{call} {number} seeded");
        }
    }

    private static int Run(SimDisk disk, Acknowledged acknowledged)
    {
        disk.CreateDirectory(SnapPath);
        disk.SyncDirectory("/");
        disk.SyncDirectory("/member");
        var snapshots = new SnapshotDirectory(disk, SnapPath);
        var log = WriteAheadLog.Create(disk, WalPath, "meta"u8, SmallSegments);
        acknowledged.Created = true;
        for (ulong index = 1; index <= 24; index++)
        {
            var entry = NewEntry(index, bytes: index % 5 == 0 ? 3000 : 150);
            acknowledged.State = NewState(index - 1);
            AppendCommit(log, acknowledged.State, entry);
            acknowledged.LastIndex = index;
            while (index % 4 == 0 && log.PrepareStep())
            {
            }

            if (index == 9)
            {
                log.Dispose();
                log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out _, SmallSegments);
            }

            if (index is 8 or 16)
            {
                var record = NewSnapshot(index - 2);
                snapshots.Save(new Snapshot(
                    new SnapshotMetadata(record.Index, record.Term, record.ConfState!), "{}"u8.ToArray()));
                log.SaveSnapshot(record);
                acknowledged.Snapshot = record.Index.Value;
                log.ReleaseTo(record.Index);
                FilePurger.Purge(disk, WalPath, ".wal", 1, onlyUnlocked: true);
                FilePurger.Purge(disk, SnapPath, ".snap", 1, onlyUnlocked: false);
            }
        }

        log.Dispose();
        return disk.Changes;
    }

    private static void Check(SimDisk disk, Acknowledged acknowledged, string place)
    {
        if (!WriteAheadLog.Exists(disk, WalPath))
        {
            Assert.False(acknowledged.Created, place);
            return;
        }

        try
        {
            var damaged = new List<CorruptionException>();
            var valid = WriteAheadLog.ValidSnapshots(disk, WalPath);
            var snapshot = new SnapshotDirectory(disk, SnapPath).LoadNewest(valid, damaged);
            var start = snapshot is null
                ? WalSnapshot.Start
                : new WalSnapshot(snapshot.Metadata.Index, snapshot.Metadata.Term);
            Assert.True(start.Index.Value >= acknowledged.Snapshot, $"{place}: snapshot {start.Index}");
            using (var log = WriteAheadLog.Open(disk, WalPath, start, out var content, SmallSegments))
            {
                var last = start.Index + (ulong)content.Entries.Count;
                Assert.True(last.Value >= acknowledged.LastIndex, $"{place}: last {last}");
                Assert.True(content.State.Commit.Value + 1 >= acknowledged.LastIndex, $"{place}: {content.State}");
                Assert.True(content.FoundSnapshot);
                AppendCommit(log, NewState(last.Value), NewEntry(last.Value + 1));
            }

            var again = WriteAheadLog.Read(disk.CrashKeepNothing(), WalPath, start);
            Assert.True((start.Index + (ulong)again.Entries.Count).Value > acknowledged.LastIndex);
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{place}: {failure}");
        }
    }

    private sealed class Acknowledged
    {
        internal bool Created { get; set; }

        internal ulong LastIndex { get; set; }

        internal ulong Snapshot { get; set; }

        internal HardState State { get; set; }
    }
}
