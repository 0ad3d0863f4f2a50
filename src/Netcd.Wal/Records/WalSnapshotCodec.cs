using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;

namespace Netcd.Wal.Records;

/// <summary>walpb.Snapshot: index 1, term 2 (always written), conf_state 3 (if known).</summary>
internal static class WalSnapshotCodec
{
    internal static int Size(WalSnapshot snapshot) =>
        2 + ProtoSize.Varint(snapshot.Index.Value) + ProtoSize.Varint(snapshot.Term.Value)
        + (snapshot.ConfState is { } state ? ProtoSize.Delimited(3, RecordCodec.Size(state)) : 0);

    internal static void Write(ref ProtoWriter writer, WalSnapshot snapshot)
    {
        writer.RequiredUInt64(1, snapshot.Index.Value);
        writer.RequiredUInt64(2, snapshot.Term.Value);
        if (snapshot.ConfState is { } state)
        {
            writer.DelimitedHeader(3, RecordCodec.Size(state));
            RecordCodec.Write(ref writer, state);
        }
    }

    internal static WalSnapshot Read(ReadOnlySpan<byte> message)
    {
        ulong index = 0;
        ulong term = 0;
        ConfState? confState = null;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    index = reader.ReadUInt64(wireType);
                    break;
                case 2:
                    term = reader.ReadUInt64(wireType);
                    break;
                case 3:
                    confState = RecordCodec.ReadConfState(reader.ReadBytes(wireType));
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new WalSnapshot(new LogIndex(index), new Term(term), confState);
    }
}
