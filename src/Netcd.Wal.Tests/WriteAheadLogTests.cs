using Netcd.Base;
using Netcd.Disk;
using Netcd.TestKit.Disk;
using static Netcd.Wal.Tests.WalTestLog;

namespace Netcd.Wal.Tests;

public sealed class WriteAheadLogTests
{
    [Fact]
    public void A_new_log_starts_with_the_bytes_etcd_writes()
    {
        var disk = NewDisk();
        WriteAheadLog.Create(disk, WalPath, new byte[] { 0x08, 0x01, 0x10, 0x02 }).Dispose();
        Assert.Equal(["0000000000000000-0000000000000000.wal"], disk.List(WalPath));
        using var file = disk.Open($"{WalPath}/0000000000000000-0000000000000000.wal", DiskOpenMode.Read);
        Assert.Equal(64_000_000, file.Length);
        var head = new byte[16];
        file.Read(0, head);

        // A record of 4 bytes with 4 of padding: type 4, crc 0.
        Assert.Equal("0400000000000084" + "0804100000000000", Convert.ToHexString(head));
    }

    [Fact]
    public void What_was_appended_is_read_back_and_the_last_state_wins()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "meta"u8))
        {
            AppendCommit(log, NewState(0), NewEntry(1), NewEntry(2));
            log.Append(NewState(1), [NewEntry(3)]);
            log.Append(NewState(2), [NewEntry(4, bytes: 0)]);
            log.Commit();
            AppendCommit(log, NewState(4));
        }

        using (WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out var content))
        {
            Assert.Equal("meta"u8.ToArray(), content.Metadata.ToArray());
            Assert.Equal(NewState(4), content.State);
            Assert.Equal("1/1 1/2 1/3 1/4", Text(content.Entries));
            Assert.Equal(NewEntry(2).Data.ToArray(), content.Entries[1].Data.ToArray());
            Assert.True(content.FoundSnapshot);
            Assert.False(content.Repaired);
        }
    }

    [Fact]
    public void Entries_appended_again_override_and_cut_off_what_followed()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            AppendCommit(log, NewState(0), NewEntry(1), NewEntry(2), NewEntry(3), NewEntry(4));
            AppendCommit(log, NewState(0, term: 2), NewEntry(2, term: 2));
            AppendCommit(log, default, NewEntry(3, term: 2));
        }

        Assert.Equal("1/1 2/2 2/3", Text(WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start).Entries));
    }

    [Fact]
    public void Appending_goes_on_after_reopening_and_through_many_cuts()
    {
        var disk = NewDisk();
        ulong index = 0;
        WriteAheadLog.Create(disk, WalPath, "m"u8, SmallSegments).Dispose();
        for (var round = 0; round < 5; round++)
        {
            using var log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out var content, SmallSegments);
            Assert.Equal(index, (ulong)content.Entries.Count);
            for (var i = 0; i < 40; i++)
            {
                index++;
                AppendCommit(log, NewState(index), NewEntry(index, bytes: 100));
                log.PrepareStep();
            }
        }

        var names = disk.List(WalPath);
        Assert.True(names.Count > 5, string.Join(' ', names));
        Assert.All(names, name => Assert.EndsWith(".wal", name));
        Assert.Equal("0000000000000001-", names[1][..17]);
        var all = WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start);
        Assert.Equal(200, all.Entries.Count);
        Assert.Equal(NewState(200), all.State);
    }

    [Fact]
    public void Closed_segments_end_with_their_last_record_and_the_next_starts_with_crc_metadata_and_state()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8, SmallSegments))
        {
            AppendCommit(log, NewState(1), NewEntry(1, bytes: 5000));
            AppendCommit(log, default, NewEntry(2));
        }

        Assert.Equal(
            ["0000000000000000-0000000000000000.wal", "0000000000000001-0000000000000002.wal"], disk.List(WalPath));
        using var first = disk.Open($"{WalPath}/0000000000000000-0000000000000000.wal", DiskOpenMode.Read);
        Assert.True(first.Length is > 5000 and < 5200);
        var second = WriteAheadLog.Read(disk, WalPath, new WalSnapshot(new LogIndex(2), new Term(1)));
        Assert.Equal(NewState(1), second.State);
        Assert.Equal("m"u8.ToArray(), second.Metadata.ToArray());
        Assert.False(second.FoundSnapshot);
    }

    [Fact]
    public void Reading_from_a_snapshot_leaves_out_what_it_covers()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            AppendCommit(log, NewState(3), NewEntry(1), NewEntry(2), NewEntry(3));
            log.SaveSnapshot(NewSnapshot(2));
            AppendCommit(log, NewState(4), NewEntry(4));
            log.SaveSnapshot(NewSnapshot(9));
        }

        var content = WriteAheadLog.Read(disk, WalPath, NewSnapshot(2));
        Assert.Equal("1/3 1/4", Text(content.Entries));
        Assert.True(content.FoundSnapshot);
        var valid = WriteAheadLog.ValidSnapshots(disk, WalPath);
        Assert.Equal([0UL, 2UL], valid.Select(snapshot => snapshot.Index.Value));
        Assert.Equal(NewSnapshot(2), valid[1]);
        var mismatch = Assert.Throws<CorruptionException>(
            () => WriteAheadLog.Read(disk, WalPath, new WalSnapshot(new LogIndex(2), new Term(5))));
        Assert.StartsWith("wal: snapshot mismatch", mismatch.Problem);
    }

    [Fact]
    public void Entries_given_up_for_ones_that_a_snapshot_covers_do_not_come_back()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            AppendCommit(log, NewState(1), NewEntry(1), NewEntry(2), NewEntry(3), NewEntry(4), NewEntry(5));
            AppendCommit(log, NewState(3, term: 2), NewEntry(2, term: 2), NewEntry(3, term: 2));
            log.SaveSnapshot(NewSnapshot(3, term: 2));
        }

        Assert.Equal("", Text(WriteAheadLog.Read(disk, WalPath, NewSnapshot(3, term: 2)).Entries));
    }

    [Theory]
    [InlineData(1, "1/4 1/5")]
    [InlineData(2, "")]
    public void A_snapshot_over_a_log_that_does_not_match_it_ends_that_log(ulong term, string entries)
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            AppendCommit(log, NewState(1), NewEntry(1), NewEntry(2), NewEntry(3), NewEntry(4), NewEntry(5));
            log.SaveSnapshot(NewSnapshot(3, term));
            AppendCommit(log, NewState(3, term));
        }

        Assert.Equal(entries, Text(WriteAheadLog.Read(disk, WalPath, NewSnapshot(3, term)).Entries));
        using (var log = WriteAheadLog.Open(disk, WalPath, NewSnapshot(3, term), out _))
        {
            AppendCommit(log, NewState(3, term: 3), NewEntry(4, term: 3));
        }

        Assert.Equal("3/4", Text(WriteAheadLog.Read(disk, WalPath, NewSnapshot(3, term)).Entries));
    }

    [Fact]
    public void A_torn_record_of_a_leaders_snapshot_commits_nothing_of_the_log_it_replaces()
    {
        const int SectorBytes = 512;
        var torn = 0;
        for (var bytes = 8; bytes <= SectorBytes; bytes += 8)
        {
            var disk = NewDisk();
            using var log = WriteAheadLog.Create(disk, WalPath, "m"u8);
            AppendCommit(log, NewState(1), NewEntry(1), NewEntry(2), NewEntry(3, bytes: bytes));
            var before = log.Offset;
            log.SaveSnapshot(NewSnapshot(2, term: 2));
            var cut = (before + SectorBytes - 1) / SectorBytes * SectorBytes;
            if (cut >= log.Offset)
            {
                continue;
            }

            // The batch lies in two sectors, and the second one did not reach the disk.
            torn++;
            using (var file = disk.Open($"{WalPath}/{disk.List(WalPath)[0]}", DiskOpenMode.ReadWrite))
            {
                file.Write(cut, new byte[log.Offset - cut]);
            }

            var commit = WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start).State.Commit;
            Assert.Equal(WriteAheadLog.ValidSnapshots(disk, WalPath).Count > 1 ? 2UL : 1UL, commit.Value);
        }

        Assert.InRange(torn, 5, 30);
    }

    [Fact]
    public void A_log_open_for_writing_keeps_a_second_writer_out()
    {
        var disk = NewDisk();
        using var log = WriteAheadLog.Create(disk, WalPath, "m"u8);
        var error = Assert.Throws<IOException>(
            () => WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out _));
        Assert.Contains("fileutil: file already locked", error.Message);
        Assert.Empty(WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start).Entries);
    }

    [Fact]
    public void Released_segments_can_be_purged_and_the_one_with_the_index_stays()
    {
        var disk = NewDisk();
        using var log = WriteAheadLog.Create(disk, WalPath, "m"u8, SmallSegments);
        for (ulong index = 1; index <= 10; index++)
        {
            AppendCommit(log, NewState(index), NewEntry(index, bytes: 5000));
        }

        Assert.Empty(FilePurger.Purge(disk, WalPath, ".wal", 1, onlyUnlocked: true));
        log.SaveSnapshot(NewSnapshot(6));
        log.ReleaseTo(new LogIndex(6));
        var deleted = FilePurger.Purge(disk, WalPath, ".wal", 1, onlyUnlocked: true);
        Assert.Equal(4, deleted.Count);
        Assert.Equal("0000000000000004-0000000000000005.wal", disk.List(WalPath)[0]);
        Assert.Equal("1/7 1/8 1/9 1/10", Text(WriteAheadLog.Read(disk, WalPath, NewSnapshot(6)).Entries));
        var missing = Assert.Throws<CorruptionException>(
            () => WriteAheadLog.Read(disk, WalPath, NewSnapshot(3)));
        Assert.Contains("wal: file not found", missing.Problem);
    }

    [Fact]
    public void A_missing_segment_in_between_is_refused()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8, SmallSegments))
        {
            for (ulong index = 1; index <= 3; index++)
            {
                AppendCommit(log, NewState(index), NewEntry(index, bytes: 5000));
            }
        }

        disk.DeleteFile($"{WalPath}/0000000000000001-0000000000000002.wal");
        var error = Assert.Throws<CorruptionException>(
            () => WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out _));
        Assert.Contains("do not increase continuously", error.Problem);
    }

    [Fact]
    public void A_gap_in_the_entries_is_refused()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            AppendCommit(log, NewState(0), NewEntry(1), NewEntry(ulong.MaxValue / 2));
        }

        var error = Assert.Throws<CorruptionException>(
            () => WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start));
        Assert.StartsWith("wal: slice bounds out of range", error.Problem);
    }

    [Fact]
    public void Only_a_batch_with_entries_a_new_term_or_a_new_vote_is_synced()
    {
        var disk = NewDisk();
        using var log = WriteAheadLog.Create(disk, WalPath, "m"u8);
        AppendCommit(log, NewState(0), NewEntry(1));
        var syncs = disk.Calls(SimCall.SyncData);
        AppendCommit(log, NewState(1));
        Assert.Equal(syncs, disk.Calls(SimCall.SyncData));
        AppendCommit(log, NewState(1, vote: 8));
        Assert.Equal(syncs + 1, disk.Calls(SimCall.SyncData));
        AppendCommit(log, NewState(1, term: 3, vote: 8));
        Assert.Equal(syncs + 2, disk.Calls(SimCall.SyncData));
        log.Append(NewState(1, term: 3, vote: 8), [NewEntry(2), NewEntry(3)]);
        log.Append(NewState(2, term: 3, vote: 8), [NewEntry(4)]);
        var writes = disk.Calls(SimCall.Write);
        log.Commit();
        Assert.Equal(syncs + 3, disk.Calls(SimCall.SyncData));
        Assert.Equal(writes + 1, disk.Calls(SimCall.Write));
    }

    [Theory]
    [InlineData(SimCall.Write)]
    [InlineData(SimCall.SyncData)]
    public void After_a_failed_write_or_sync_nothing_is_taken_any_more(SimCall call)
    {
        var disk = NewDisk();
        using var log = WriteAheadLog.Create(disk, WalPath, "m"u8);
        AppendCommit(log, NewState(0), NewEntry(1));
        disk.FailCall(call, 1, error: 5);
        Assert.Throws<IOException>(() => AppendCommit(log, NewState(1), NewEntry(2)));
        Assert.Throws<IOException>(() => AppendCommit(log, NewState(1), NewEntry(3)));
        Assert.Throws<IOException>(() => log.SaveSnapshot(NewSnapshot(1)));
        Assert.Equal("1/1", Text(WriteAheadLog.Read(disk.CrashKeepNothing(), WalPath, WalSnapshot.Start).Entries));
    }

    [Fact]
    public void Zeros_stay_ahead_of_the_writer_and_off_its_records()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            ulong index = 0;
            for (var round = 0; round < 20; round++)
            {
                while (round % 3 == 0 && log.PrepareStep())
                {
                }

                index++;
                AppendCommit(log, NewState(index), NewEntry(index, bytes: 700_000));
                log.PrepareStep();
            }
        }

        Assert.Equal(20, WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start).Entries.Count);
    }
}
