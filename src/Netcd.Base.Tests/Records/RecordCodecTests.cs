using Netcd.Base.Protobuf;
using Netcd.Base.Records;

namespace Netcd.Base.Tests.Records;

public sealed class RecordCodecTests
{
    [Fact]
    public void Entry_has_the_bytes_of_etcd()
    {
        // Type 0, term 2, index 42 and no data: as the empty entry of a new leader stands in etcd's log.
        var entry = new Entry(new Term(2), new LogIndex(42), EntryType.Normal, default);
        var buffer = new byte[RecordCodec.Size(entry)];
        var writer = new ProtoWriter(buffer);
        RecordCodec.Write(ref writer, entry);
        Assert.Equal([0x08, 0x00, 0x10, 0x02, 0x18, 0x2A], buffer);
    }

    [Fact]
    public void Records_come_back_as_they_were()
    {
        var state = new HardState(new Term(3), new MemberId(ulong.MaxValue), new LogIndex(9));
        var buffer = new byte[RecordCodec.Size(state)];
        var writer = new ProtoWriter(buffer);
        RecordCodec.Write(ref writer, state);
        Assert.Equal(state, RecordCodec.ReadHardState(buffer));

        var metadata = new SnapshotMetadata(
            new LogIndex(505),
            new Term(2),
            new ConfState { Voters = [new MemberId(1), new MemberId(2)], Learners = [new MemberId(3)], AutoLeave = true });
        var snapshot = new Snapshot(metadata, new byte[] { 1, 2, 3 });
        buffer = new byte[RecordCodec.Size(snapshot)];
        writer = new ProtoWriter(buffer);
        RecordCodec.Write(ref writer, snapshot);
        Assert.Equal(buffer.Length, writer.Position);
        var read = RecordCodec.ReadSnapshot(buffer);
        Assert.Equal(metadata, read.Metadata);
        Assert.Equal([1, 2, 3], read.Data.ToArray());
    }
}
