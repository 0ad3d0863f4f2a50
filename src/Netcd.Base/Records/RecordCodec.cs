using Netcd.Base.Protobuf;

namespace Netcd.Base.Records;

/// <summary>
/// The bytes of Raft's records as etcd 3.5 and 3.6 write them: proto2, non-nullable scalars always present. Reading is
/// lenient about absent fields (newer releases omit zeros). Source: raft's raftpb/raft.proto.
/// </summary>
public static class RecordCodec
{
    public static int Size(in Entry entry) =>
        3 + ProtoSize.Varint((ulong)entry.Type) + ProtoSize.Varint(entry.Term.Value)
        + ProtoSize.Varint(entry.Index.Value) + ProtoSize.Bytes(4, entry.Data.Length);

    /// <summary>Writes type, term, index, and data if there is any.</summary>
    public static void Write(ref ProtoWriter writer, in Entry entry)
    {
        WriteUpToData(ref writer, entry);
        writer.Raw(entry.Data.Span);
    }

    /// <summary>As <see cref="Write(ref ProtoWriter, in Entry)"/>, for who writes the data's bytes itself.</summary>
    public static void WriteUpToData(ref ProtoWriter writer, in Entry entry)
    {
        writer.RequiredUInt64(1, (ulong)entry.Type);
        writer.RequiredUInt64(2, entry.Term.Value);
        writer.RequiredUInt64(3, entry.Index.Value);
        if (!entry.Data.IsEmpty)
        {
            writer.DelimitedHeader(4, entry.Data.Length);
        }
    }

    /// <summary>Reads an entry; its data is copied out of the input.</summary>
    public static Entry ReadEntry(ReadOnlySpan<byte> message)
    {
        var entry = ReadUpToData(message, out var data);
        return message[data] is { IsEmpty: false } bytes ? entry with { Data = bytes.ToArray() } : entry;
    }

    /// <summary>
    /// Reads an entry whose data is a part of <paramref name="owned"/>, which the caller gives away: it must never
    /// change again.
    /// </summary>
    public static Entry ReadOwnedEntry(ReadOnlyMemory<byte> owned)
    {
        var entry = ReadUpToData(owned.Span, out var data);
        return owned[data] is { IsEmpty: false } part ? entry with { Data = part } : entry;
    }

    private static Entry ReadUpToData(ReadOnlySpan<byte> message, out Range data)
    {
        var type = EntryType.Normal;
        ulong term = 0;
        ulong index = 0;
        data = default;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    type = (EntryType)reader.ReadInt32(wireType);
                    break;
                case 2:
                    term = reader.ReadUInt64(wireType);
                    break;
                case 3:
                    index = reader.ReadUInt64(wireType);
                    break;
                case 4:
                    var length = reader.ReadBytes(wireType).Length;
                    data = (reader.Position - length)..reader.Position;
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new Entry(new Term(term), new LogIndex(index), type, default);
    }

    public static int Size(in HardState state) =>
        3 + ProtoSize.Varint(state.Term.Value) + ProtoSize.Varint(state.Vote.Value)
        + ProtoSize.Varint(state.Commit.Value);

    public static void Write(ref ProtoWriter writer, in HardState state)
    {
        writer.RequiredUInt64(1, state.Term.Value);
        writer.RequiredUInt64(2, state.Vote.Value);
        writer.RequiredUInt64(3, state.Commit.Value);
    }

    public static HardState ReadHardState(ReadOnlySpan<byte> message)
    {
        ulong term = 0;
        ulong vote = 0;
        ulong commit = 0;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    term = reader.ReadUInt64(wireType);
                    break;
                case 2:
                    vote = reader.ReadUInt64(wireType);
                    break;
                case 3:
                    commit = reader.ReadUInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new HardState(new Term(term), new MemberId(vote), new LogIndex(commit));
    }

    public static int Size(ConfState state) =>
        Size(1, state.Voters) + Size(2, state.Learners) + Size(3, state.VotersOutgoing)
        + Size(4, state.LearnersNext) + 2;

    /// <summary>Repeated ids are not packed (proto2); auto_leave is always present.</summary>
    public static void Write(ref ProtoWriter writer, ConfState state)
    {
        Write(ref writer, 1, state.Voters);
        Write(ref writer, 2, state.Learners);
        Write(ref writer, 3, state.VotersOutgoing);
        Write(ref writer, 4, state.LearnersNext);
        writer.RequiredUInt64(5, state.AutoLeave ? 1UL : 0UL);
    }

    public static ConfState ReadConfState(ReadOnlySpan<byte> message)
    {
        var lists = new List<MemberId>[] { [], [], [], [] };
        var autoLeave = false;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case >= 1 and <= 4 when wireType == WireType.Bytes:
                    var packed = new ProtoReader(reader.ReadBytes(wireType));
                    while (packed.HasMore)
                    {
                        lists[field - 1].Add(new MemberId(packed.ReadVarint()));
                    }

                    break;
                case >= 1 and <= 4:
                    lists[field - 1].Add(new MemberId(reader.ReadUInt64(wireType)));
                    break;
                case 5:
                    autoLeave = reader.ReadBool(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new ConfState
        {
            Voters = lists[0],
            Learners = lists[1],
            VotersOutgoing = lists[2],
            LearnersNext = lists[3],
            AutoLeave = autoLeave,
        };
    }

    public static int Size(SnapshotMetadata metadata) =>
        ProtoSize.Delimited(1, Size(metadata.ConfState)) + 2 + ProtoSize.Varint(metadata.Index.Value)
        + ProtoSize.Varint(metadata.Term.Value);

    public static void Write(ref ProtoWriter writer, SnapshotMetadata metadata)
    {
        writer.DelimitedHeader(1, Size(metadata.ConfState));
        Write(ref writer, metadata.ConfState);
        writer.RequiredUInt64(2, metadata.Index.Value);
        writer.RequiredUInt64(3, metadata.Term.Value);
    }

    public static SnapshotMetadata ReadSnapshotMetadata(ReadOnlySpan<byte> message)
    {
        var confState = ConfState.Empty;
        ulong index = 0;
        ulong term = 0;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    confState = ReadConfState(reader.ReadBytes(wireType));
                    break;
                case 2:
                    index = reader.ReadUInt64(wireType);
                    break;
                case 3:
                    term = reader.ReadUInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new SnapshotMetadata(new LogIndex(index), new Term(term), confState);
    }

    public static int Size(Snapshot snapshot) =>
        ProtoSize.Bytes(1, snapshot.Data.Length) + ProtoSize.Delimited(2, Size(snapshot.Metadata));

    public static void Write(ref ProtoWriter writer, Snapshot snapshot)
    {
        writer.Bytes(1, snapshot.Data.Span);
        writer.DelimitedHeader(2, Size(snapshot.Metadata));
        Write(ref writer, snapshot.Metadata);
    }

    public static Snapshot ReadSnapshot(ReadOnlySpan<byte> message)
    {
        var data = ReadOnlyMemory<byte>.Empty;
        var metadata = SnapshotMetadata.Empty;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    data = reader.ReadBytes(wireType).ToArray();
                    break;
                case 2:
                    metadata = ReadSnapshotMetadata(reader.ReadBytes(wireType));
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new Snapshot(metadata, data);
    }

    private static int Size(int field, IReadOnlyList<MemberId> ids)
    {
        var size = 0;
        foreach (var id in ids)
        {
            size += ProtoSize.Tag(field) + ProtoSize.Varint(id.Value);
        }

        return size;
    }

    private static void Write(ref ProtoWriter writer, int field, IReadOnlyList<MemberId> ids)
    {
        foreach (var id in ids)
        {
            writer.RequiredUInt64(field, id.Value);
        }
    }
}
