using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Disk;
using Netcd.TestKit.Disk;
using static Netcd.Wal.Tests.WalTestLog;

namespace Netcd.Wal.Tests;

/// <summary>What a torn write leaves is cut off; what it cannot leave is refused with file and offset.</summary>
public sealed class DamageTests
{
    private const string FirstSegment = WalPath + "/0000000000000000-0000000000000000.wal";
    private const int EntryBytes = 90;

    [Fact]
    public void Cut_at_every_offset_the_log_opens_with_the_records_before_it()
    {
        var (bytes, ends) = TenEntries();
        for (var length = 0; length <= bytes.Length; length++)
        {
            var disk = DiskWith(bytes.AsSpan(0, length));
            using var log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out var content, SmallSegments);
            Assert.Equal(ends.Count(end => end <= length), content.Entries.Count);
            AppendCommit(log, NewState(0), NewEntry((ulong)content.Entries.Count + 1));
            var again = WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start);
            Assert.Equal(content.Entries.Count + 1, again.Entries.Count);
        }
    }

    [Fact]
    public void Zeroed_from_any_offset_on_the_log_opens_with_a_prefix_unless_no_torn_write_explains_it()
    {
        // The tail is zeros, as after a power cut: records up to the cut, and the one across it only if whole.
        var (bytes, ends) = TenEntries();
        var head = ends[0] - (ends[1] - ends[0]);
        for (var length = head; length <= bytes.Length; length++)
        {
            var padded = new byte[bytes.Length + 4096];
            bytes.AsSpan(0, length).CopyTo(padded);
            var disk = DiskWith(padded);
            try
            {
                using var log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out var content, SmallSegments);
                var whole = ends.Count(end => end <= length);
                Assert.InRange(content.Entries.Count, whole, whole + 1);
            }
            catch (CorruptionException corruption)
            {
                // Not a torn write: those keep or lose whole sectors.
                Assert.NotEqual(0, length % 512);
                Assert.StartsWith($"{FirstSegment}: offset ", corruption.Place);
            }
        }
    }

    [Fact]
    public void Lost_sectors_of_the_last_batch_leave_a_prefix_of_it()
    {
        var disk = NewDisk();
        WriteAheadLog.Create(disk, WalPath, "m"u8).Dispose();
        using (var log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out _))
        {
            AppendCommit(log, NewState(0), NewEntry(1));
        }

        var synced = Content(disk);
        using (var log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out _))
        {
            AppendCommit(log, NewState(1), NewEntry(2, bytes: 900), NewEntry(3, bytes: 300), NewEntry(4, bytes: 2000));
        }

        var written = Content(disk);
        var sectors = (written.Length + 511) / 512;
        Assert.InRange(sectors, 6, 10);
        for (var lost = 0; lost < 1 << sectors; lost++)
        {
            var image = new byte[8192];
            written.CopyTo(image, 0);
            for (var sector = 0; sector < sectors; sector++)
            {
                if ((lost & (1 << sector)) != 0)
                {
                    var old = image.AsSpan(sector * 512, 512);
                    old.Clear();
                    var kept = Math.Clamp(synced.Length - (sector * 512), 0, 512);
                    synced.AsSpan(Math.Min(sector * 512, synced.Length), kept).CopyTo(old);
                }
            }

            var crashed = DiskWith(image);
            using var log = WriteAheadLog.Open(crashed, WalPath, WalSnapshot.Start, out var content);
            Assert.InRange(content.Entries.Count, 1, 4);
            Assert.Equal(Enumerable.Range(1, content.Entries.Count), content.Entries.Select(e => (int)e.Index.Value));
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_the_records_is_refused_or_harmless_padding()
    {
        var (bytes, _) = TenEntries();
        var whole = Text(WriteAheadLog.Read(DiskWith(bytes), WalPath, WalSnapshot.Start).Entries);
        var refused = 0;
        for (var offset = 0; offset < bytes.Length; offset++)
        {
            var damaged = bytes.AsSpan().ToArray();
            damaged[offset] ^= 0x10;
            try
            {
                var content = WriteAheadLog.Read(DiskWith(damaged), WalPath, WalSnapshot.Start);

                // A changed length looks like a torn write: a prefix. Padding and unknown fields carry nothing.
                Assert.StartsWith(Text(content.Entries), whole);
            }
            catch (CorruptionException corruption)
            {
                refused++;
                Assert.StartsWith($"{FirstSegment}: offset ", corruption.Place);
            }
        }

        Assert.True(refused > bytes.Length * 3 / 4, $"{refused} of {bytes.Length}");
    }

    [Fact]
    public void Damage_in_a_closed_segment_is_refused_even_if_it_looks_torn()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8, SmallSegments))
        {
            AppendCommit(log, NewState(1), NewEntry(1, bytes: 5000));
            AppendCommit(log, NewState(2), NewEntry(2));
        }

        using (var file = disk.Open(FirstSegment, DiskOpenMode.ReadWrite))
        {
            file.Write(1024, new byte[512]);
        }

        var error = Assert.Throws<CorruptionException>(
            () => WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out _));
        Assert.StartsWith(FirstSegment + ": offset ", error.Place);
        Assert.StartsWith("walpb: crc mismatch: expected: ", error.Problem);
    }

    [Fact]
    public void A_segment_that_does_not_continue_the_checksum_of_the_one_before_is_refused()
    {
        var disk = NewDisk();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8, SmallSegments))
        {
            AppendCommit(log, NewState(1), NewEntry(1, bytes: 5000));
            AppendCommit(log, NewState(2), NewEntry(2));
        }

        using (var file = disk.Open($"{WalPath}/0000000000000001-0000000000000002.wal", DiskOpenMode.ReadWrite))
        {
            // The lowest bits of the checksum that the crc record carries.
            var crc = new byte[1];
            file.Read(11, crc);
            crc[0] ^= 1;
            file.Write(11, crc);
        }

        var error = Assert.Throws<CorruptionException>(
            () => WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start));
        Assert.StartsWith("wal: crc mismatch", error.Problem);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x00FF_FFFF_FFFF_FFFFUL)]
    [InlineData(0x8000_0000_0000_1000UL)]
    [InlineData(0x0000_0000_8000_0000UL)]
    [InlineData(0x8700_0000_7FFF_FFFFUL)]
    public void A_record_length_beyond_the_file_is_never_believed(ulong length)
    {
        var (bytes, ends) = TenEntries();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ends[4]), length);
        var disk = DiskWith(bytes);
        Assert.Equal(5, WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start).Entries.Count);
        using (WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out var content, SmallSegments))
        {
            Assert.True(content.Repaired);
            Assert.Equal(5, content.Entries.Count);
        }

        Assert.True(disk.FileExists(FirstSegment + ".broken"));
    }

    [Fact]
    public void Leftovers_of_a_torn_write_behind_a_zero_length_are_not_read_later()
    {
        var (bytes, ends) = TenEntries();
        bytes.AsSpan(ends[4], 8).Clear();
        var disk = DiskWith(bytes);
        using (var log = WriteAheadLog.Open(disk, WalPath, WalSnapshot.Start, out var content, SmallSegments))
        {
            Assert.Equal(5, content.Entries.Count);
            AppendCommit(log, NewState(0), NewEntry(6, bytes: EntryBytes));
        }

        Assert.Equal("1/1 1/2 1/3 1/4 1/5 1/6", Text(WriteAheadLog.Read(disk, WalPath, WalSnapshot.Start).Entries));
    }

    [Fact]
    public void Random_bytes_never_do_more_than_be_refused()
    {
        var prng = new Prng(20201506);
        for (var round = 0; round < 3000; round++)
        {
            var (bytes, ends) = TenEntries();
            var start = prng.Next(bytes.Length);
            var garbage = bytes.AsSpan(start, Math.Min(prng.Next(1, 60), bytes.Length - start));
            prng.Fill(garbage);
            try
            {
                var entries = WriteAheadLog.Read(DiskWith(bytes), WalPath, WalSnapshot.Start).Entries;
                Assert.InRange(entries.Count, 0, ends.Count);
            }
            catch (CorruptionException)
            {
            }
        }
    }

    private static (byte[] Bytes, List<int> Ends) TenEntries()
    {
        var disk = NewDisk();
        var ends = new List<int>();
        using (var log = WriteAheadLog.Create(disk, WalPath, "m"u8))
        {
            for (ulong index = 1; index <= 10; index++)
            {
                AppendCommit(log, default, NewEntry(index, bytes: EntryBytes));
                ends.Add((int)log.Offset);
            }
        }

        return (Content(disk)[..ends[^1]], ends);
    }

    private static byte[] Content(SimDisk disk)
    {
        using var file = disk.Open(FirstSegment, DiskOpenMode.Read);
        var content = new byte[16384];
        file.Read(0, content);
        var end = content.Length;
        while (end > 0 && content[end - 1] == 0)
        {
            end--;
        }

        return content[..((end + 7) & ~7)];
    }

    private static SimDisk DiskWith(ReadOnlySpan<byte> segment)
    {
        var disk = NewDisk();
        disk.CreateDirectory(WalPath);
        using var file = disk.Open(FirstSegment, DiskOpenMode.Create);
        file.Write(0, segment);
        file.SyncData();
        disk.SyncDirectory("/member");
        disk.SyncDirectory(WalPath);
        return disk;
    }
}
