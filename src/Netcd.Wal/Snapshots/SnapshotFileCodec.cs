using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;

namespace Netcd.Wal.Snapshots;

/// <summary>
/// Content of a .snap file (snappb.Snapshot): crc 1 (CRC-32C of the data), data 2 (a marshalled raftpb.Snapshot).
/// </summary>
internal static class SnapshotFileCodec
{
    internal static byte[] Encode(Snapshot snapshot)
    {
        var data = new byte[RecordCodec.Size(snapshot)];
        var dataWriter = new ProtoWriter(data);
        RecordCodec.Write(ref dataWriter, snapshot);
        var crc = Crc32C.Update(0, data);
        var file = new byte[1 + ProtoSize.Varint(crc) + ProtoSize.Delimited(2, data.Length)];
        var writer = new ProtoWriter(file);
        writer.RequiredUInt64(1, crc);
        writer.Delimited(2, data);
        return file;
    }

    /// <exception cref="CorruptionException">Empty, malformed, or the checksum does not match.</exception>
    internal static Snapshot Decode(string path, ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            throw new CorruptionException(path, "snap: empty snapshot");
        }

        try
        {
            uint crc = 0;
            var data = ReadOnlySpan<byte>.Empty;
            var reader = new ProtoReader(file);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case 1:
                        crc = (uint)reader.ReadUInt64(wireType);
                        break;
                    case 2:
                        data = reader.ReadBytes(wireType);
                        break;
                    default:
                        reader.Skip(wireType);
                        break;
                }
            }

            if (data.IsEmpty || crc == 0)
            {
                throw new CorruptionException(path, "snap: empty snapshot");
            }

            var computed = Crc32C.Update(0, data);
            return computed == crc
                ? RecordCodec.ReadSnapshot(data)
                : throw new CorruptionException(path, $"snap: crc mismatch: {crc:x8} stored, {computed:x8} computed");
        }
        catch (ProtoException malformed)
        {
            throw new CorruptionException(path, $"malformed snapshot: {malformed.Message}", malformed);
        }
    }
}
