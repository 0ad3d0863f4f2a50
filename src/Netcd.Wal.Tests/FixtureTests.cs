using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.TestKit;
using Netcd.Wal.Records;
using Netcd.Wal.Snapshots;

namespace Netcd.Wal.Tests;

/// <summary>Logs and snapshots written by Go etcd: read, encoded again, compared byte for byte.</summary>
public sealed class FixtureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-wal-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("etcd-3.5.30-datadir", 517, 517, 6)]
    [InlineData("etcd-3.5.30-crash", 69, 68, 1)]
    [InlineData("etcd-3.5.30-walcut", 54, 54, 1)]
    [InlineData("etcd-3.6.14-datadir", 271, 271, 3)]
    public void A_log_written_by_Go_is_read_whole(string fixture, int entries, int commitMin, int snapshots)
    {
        var wal = Unpack(fixture) + "/wal";
        var content = WriteAheadLog.Read(RealDisk.Instance, wal, WalSnapshot.Start);
        Assert.Equal(entries, content.Entries.Count);
        Assert.Equal((ulong)entries, content.Entries[^1].Index.Value);
        Assert.InRange((int)content.State.Commit.Value, commitMin, entries);
        Assert.True(content.FoundSnapshot);
        Assert.Equal(snapshots, WriteAheadLog.ValidSnapshots(RealDisk.Instance, wal).Count);
    }

    [Theory]
    [InlineData("etcd-3.5.30-datadir")]
    [InlineData("etcd-3.5.30-crash")]
    [InlineData("etcd-3.5.30-walcut")]
    [InlineData("etcd-3.6.14-datadir")]
    public void Records_written_by_Go_encode_to_the_same_bytes(string fixture)
    {
        var wal = Unpack(fixture) + "/wal";
        uint crc = 0;
        foreach (var path in Directory.GetFiles(wal, "*.wal").Order(StringComparer.Ordinal))
        {
            using var file = RealDisk.Instance.Open(path, DiskOpenMode.Read);
            var reader = new SegmentReader(file, isLast: true, crc);
            var encoded = new RecordBuffer(crc);
            while (reader.Next() == RecordStep.Record)
            {
                Encode(reader, encoded);
            }

            crc = reader.Crc;
            Assert.Equal(crc, encoded.Crc);
            var original = new byte[encoded.Length];
            file.Read(0, original);
            Assert.Equal(reader.Offset, encoded.Length);
            Assert.True(encoded.Written.SequenceEqual(original), path);
        }
    }

    [Theory]
    [InlineData("etcd-3.5.30-datadir", 5, 505)]
    [InlineData("etcd-3.6.14-datadir", 2, 202)]
    public void Snapshot_files_written_by_Go_load_and_encode_to_the_same_bytes(string fixture, int count, int newest)
    {
        var member = Unpack(fixture);
        var files = Directory.GetFiles(member + "/snap", "*.snap");
        Assert.Equal(count, files.Length);
        foreach (var path in files)
        {
            var bytes = File.ReadAllBytes(path);
            Assert.Equal(bytes, SnapshotFileCodec.Encode(SnapshotFileCodec.Decode(path, bytes)));
        }

        var valid = WriteAheadLog.ValidSnapshots(RealDisk.Instance, member + "/wal");
        var damaged = new List<CorruptionException>();
        var snapshots = new SnapshotDirectory(RealDisk.Instance, member + "/snap");
        var loaded = snapshots.LoadNewest(valid, damaged);
        Assert.Equal((ulong)newest, loaded?.Metadata.Index.Value);
        Assert.Empty(damaged);

        // A flipped byte in the newest: set aside, the one before is taken.
        var last = files.Order(StringComparer.Ordinal).Last();
        var content = File.ReadAllBytes(last);
        content[^1] ^= 1;
        File.WriteAllBytes(last, content);
        Assert.True(snapshots.LoadNewest(valid, damaged)?.Metadata.Index.Value < (ulong)newest);
        Assert.Single(damaged);
        Assert.True(File.Exists(last + ".broken"));
    }

    [Fact]
    public void Appending_to_a_log_of_Go_keeps_its_records()
    {
        var wal = Unpack("etcd-3.5.30-walcut") + "/wal";
        HardState state;
        using (var log = WriteAheadLog.Open(RealDisk.Instance, wal, WalSnapshot.Start, out var content))
        {
            state = content.State with { Commit = new LogIndex(55) };
            log.Append(state, [new Entry(content.State.Term, new LogIndex(55), EntryType.Normal, "x"u8.ToArray())]);
            log.Commit();
        }

        var again = WriteAheadLog.Read(RealDisk.Instance, wal, WalSnapshot.Start);
        Assert.Equal(55, again.Entries.Count);
        Assert.Equal(state, again.State);
    }

    private static void Encode(SegmentReader reader, RecordBuffer buffer)
    {
        switch (reader.Type)
        {
            case RecordType.Entry:
                buffer.Add(RecordCodec.ReadEntry(reader.Data));
                break;
            case RecordType.State:
                buffer.Add(RecordCodec.ReadHardState(reader.Data));
                break;
            case RecordType.Metadata:
                buffer.AddMetadata(reader.Data);
                break;
            case RecordType.Crc:
                buffer.AddCrc();
                break;
            default:
                buffer.Add(WalSnapshotCodec.Read(reader.Data));
                break;
        }
    }

    private string Unpack(string fixture)
    {
        Fixtures.Unpack(fixture + ".tar.gz", _directory);
        return _directory + "/data/member";
    }
}
