using Netcd.Base.Protobuf;
using Netcd.Base.Records;

namespace Netcd.Raft.ConfChanges;

/// <summary>
/// Bytes of conf changes as etcd 3.5 and 3.6 write them: proto2, scalars always present, bytes only if there are any.
/// Source: raft's raftpb/raft.proto.
/// </summary>
public static class ConfChangeCodec
{
    /// <summary>Encodes into a new array: id 1, type 2, node_id 3, context 4.</summary>
    public static byte[] Encode(ConfChange change)
    {
        var size = 3 + ProtoSize.Varint(change.Id) + ProtoSize.Varint((ulong)change.Type)
            + ProtoSize.Varint(change.MemberId.Value) + ProtoSize.Bytes(4, change.Context.Length);
        var bytes = new byte[size];
        var writer = new ProtoWriter(bytes);
        writer.RequiredUInt64(1, change.Id);
        writer.RequiredUInt64(2, (ulong)change.Type);
        writer.RequiredUInt64(3, change.MemberId.Value);
        writer.Bytes(4, change.Context.Span);
        Invariant.Check(writer.Position == size);
        return bytes;
    }

    /// <summary>Encodes into a new array: transition 1, changes 2 {type 1, node_id 2}, context 3.</summary>
    public static byte[] Encode(ConfChangeV2 change)
    {
        var size = 1 + ProtoSize.Varint((ulong)change.Transition) + ProtoSize.Bytes(3, change.Context.Length);
        foreach (var single in change.Changes)
        {
            size += ProtoSize.Delimited(2, Size(single));
        }

        var bytes = new byte[size];
        var writer = new ProtoWriter(bytes);
        writer.RequiredUInt64(1, (ulong)change.Transition);
        foreach (var single in change.Changes)
        {
            writer.DelimitedHeader(2, Size(single));
            writer.RequiredUInt64(1, (ulong)single.Type);
            writer.RequiredUInt64(2, single.MemberId.Value);
        }

        writer.Bytes(3, change.Context.Span);
        Invariant.Check(writer.Position == size);
        return bytes;
    }

    /// <summary>Reads a change of one member; the context is copied.</summary>
    /// <exception cref="ProtoException">The bytes are not such a message.</exception>
    public static ConfChange Read(ReadOnlySpan<byte> message)
    {
        ulong id = 0;
        var type = ConfChangeType.AddNode;
        ulong memberId = 0;
        var context = ReadOnlyMemory<byte>.Empty;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    id = reader.ReadUInt64(wireType);
                    break;
                case 2:
                    type = (ConfChangeType)reader.ReadInt32(wireType);
                    break;
                case 3:
                    memberId = reader.ReadUInt64(wireType);
                    break;
                case 4:
                    context = reader.ReadBytes(wireType).ToArray();
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new ConfChange { Id = id, Type = type, MemberId = new MemberId(memberId), Context = context };
    }

    /// <summary>
    /// Reads a change of several members; no bytes at all are the empty change. The context is copied.
    /// </summary>
    /// <exception cref="ProtoException">The bytes are not such a message.</exception>
    public static ConfChangeV2 ReadV2(ReadOnlySpan<byte> message)
    {
        var transition = ConfChangeTransition.Auto;
        List<ConfChangeSingle>? changes = null;
        var context = ReadOnlyMemory<byte>.Empty;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    transition = (ConfChangeTransition)reader.ReadInt32(wireType);
                    break;
                case 2:
                    (changes ??= []).Add(ReadSingle(reader.ReadBytes(wireType)));
                    break;
                case 3:
                    context = reader.ReadBytes(wireType).ToArray();
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new ConfChangeV2 { Transition = transition, Changes = changes ?? [], Context = context };
    }

    /// <summary>The change in a committed entry of either conf change type, in the general form.</summary>
    /// <exception cref="ProtoException">The entry's data is not such a message.</exception>
    public static ConfChangeV2 ReadEntry(in Entry entry)
    {
        Invariant.Check(entry.Type is EntryType.ConfChange or EntryType.ConfChangeV2);
        return entry.Type == EntryType.ConfChange ? Read(entry.Data.Span).AsV2() : ReadV2(entry.Data.Span);
    }

    private static ConfChangeSingle ReadSingle(ReadOnlySpan<byte> message)
    {
        var type = ConfChangeType.AddNode;
        ulong memberId = 0;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    type = (ConfChangeType)reader.ReadInt32(wireType);
                    break;
                case 2:
                    memberId = reader.ReadUInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new ConfChangeSingle(type, new MemberId(memberId));
    }

    private static int Size(ConfChangeSingle single) =>
        2 + ProtoSize.Varint((ulong)single.Type) + ProtoSize.Varint(single.MemberId.Value);
}
