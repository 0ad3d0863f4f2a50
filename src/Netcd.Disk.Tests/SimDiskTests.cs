using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Disk.Tests;

public sealed class SimDiskTests
{
    private const string Path = "/d/f";

    [Fact]
    public void What_was_synced_survives_a_power_cut_and_nothing_else_must()
    {
        var disk = NewDisk();
        var file = disk.Open(Path, DiskOpenMode.Create);
        file.Write(0, "safe"u8);
        file.SyncData();
        disk.SyncDirectory("/d");
        file.Write(0, "lost"u8);
        Assert.Equal("safe", Text(disk.CrashKeepNothing()));
        Assert.Equal("lost", Text(disk.Kill()));
        Assert.Equal("lost", Text(disk));
    }

    [Fact]
    public void A_name_that_was_not_synced_is_gone_after_a_cut_though_its_data_was()
    {
        var disk = NewDisk();
        var file = disk.Open(Path, DiskOpenMode.Create);
        file.Write(0, "data"u8);
        file.SyncData();
        Assert.False(disk.CrashKeepNothing().FileExists(Path));
        Assert.True(disk.Kill().FileExists(Path));
    }

    [Fact]
    public void Unsynced_sectors_survive_one_by_one()
    {
        var disk = NewDisk();
        var file = disk.Open(Path, DiskOpenMode.Create);
        file.SetLength(4096);
        file.SyncData();
        disk.SyncDirectory("/d");
        file.Write(0, Enumerable.Repeat((byte)1, 4096).ToArray());
        var patterns = new HashSet<string>();
        for (ulong seed = 0; seed < 50; seed++)
        {
            var content = new byte[4096];
            Assert.Equal(4096, disk.Crash(new Prng(seed)).Open(Path, DiskOpenMode.Read).Read(0, content));
            var sectors = content.Chunk(512).ToList();
            Assert.All(sectors, sector => Assert.Single(sector.Distinct()));
            patterns.Add(string.Concat(sectors.Select(sector => sector[0])));
        }

        Assert.True(patterns.Count > 20);
    }

    [Fact]
    public void A_failed_sync_loses_what_it_covered_also_for_the_next_sync()
    {
        var disk = NewDisk();
        var file = disk.Open(Path, DiskOpenMode.Create);
        disk.SyncDirectory("/d");
        file.Write(0, "once"u8);
        disk.FailCall(SimCall.SyncData, 1, 5);
        Assert.Throws<IOException>(file.SyncData);
        file.SyncData();
        Assert.Equal(string.Empty, Text(disk.CrashKeepNothing()));
    }

    [Fact]
    public void The_power_fails_at_the_planned_change_and_stays_off()
    {
        var disk = NewDisk();
        var file = disk.Open(Path, DiskOpenMode.Create);
        disk.CutPowerAtChange(disk.Changes + 1);
        file.Write(0, "a"u8);
        Assert.Throws<PowerCutException>(() => file.Write(1, "b"u8));
        Assert.Throws<PowerCutException>(() => file.Write(2, "c"u8));
        Assert.Throws<PowerCutException>(() => disk.Open(Path, DiskOpenMode.Read));
        Assert.Equal("ab", Text(disk.Kill()));
    }

    [Fact]
    public void A_lock_ends_with_its_holder_or_the_machine()
    {
        var disk = NewDisk();
        var first = disk.Open(Path, DiskOpenMode.Create);
        Assert.True(first.TryLock(DiskLock.Flock));
        Assert.False(disk.Open(Path, DiskOpenMode.ReadWrite).TryLock(DiskLock.Flock));
        Assert.True(disk.Kill().Open(Path, DiskOpenMode.ReadWrite).TryLock(DiskLock.Flock));
        first.Dispose();
        Assert.True(disk.Open(Path, DiskOpenMode.ReadWrite).TryLock(DiskLock.Flock));
    }

    [Fact]
    public void Readers_share_a_lock_that_keeps_writers_out()
    {
        var disk = NewDisk();
        using var writer = disk.Open(Path, DiskOpenMode.Create);
        using var reader = disk.Open(Path, DiskOpenMode.Read);
        Assert.True(reader.TryLock(DiskLock.SharedFlock));
        Assert.True(disk.Open(Path, DiskOpenMode.Read).TryLock(DiskLock.SharedFlock));
        Assert.False(writer.TryLock(DiskLock.Flock));
        Assert.True(disk.Kill().Open(Path, DiskOpenMode.ReadWrite).TryLock(DiskLock.Flock));
    }

    [Fact]
    public void A_map_sees_writes_and_a_cut_file_reads_zeros_when_extended_again()
    {
        var disk = NewDisk();
        var file = disk.Open(Path, DiskOpenMode.Create);
        file.Write(0, "abcdef"u8);
        using var map = disk.Map(file, 1 << 30);
        var view = map.Slice(0, 6);
        file.Write(1, "X"u8);
        Assert.True(view.SequenceEqual("aXcdef"u8));
        file.SetLength(2);
        file.SetLength(6);
        Assert.True(view.SequenceEqual("aX\0\0\0\0"u8));
    }

    private static SimDisk NewDisk()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/d");
        disk.SyncDirectory("/");
        return disk;
    }

    private static string Text(SimDisk disk)
    {
        using var file = disk.Open(Path, DiskOpenMode.Read);
        var buffer = new byte[file.Length];
        file.Read(0, buffer);
        return System.Text.Encoding.ASCII.GetString(buffer);
    }
}
