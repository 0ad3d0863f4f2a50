using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;

namespace Netcd.Wal.Records;

/// <summary>
/// Records encoded one after the other, ready to be written by one call. Carries the checksum chain: each record's crc
/// covers the data of all records before it. Reused for every batch; allocates only while it grows.
/// </summary>
internal sealed class RecordBuffer(uint crc)
{
    // What a batch of small entries needs; one that held big entries is let go after use.
    private const int InitialBytes = 256 * 1024;
    private const int KeptBytesMax = 4 * 1024 * 1024;

    // Tag and value of type, tag of crc and a crc of five bytes (15 of 16 are), tag of data.
    private const int HeadBytes = 2 + 1 + CrcBytesMax + 1;
    private const int CrcBytesMax = 5;

    private byte[] _bytes = new byte[InitialBytes];

    internal uint Crc { get; private set; } = crc;

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    internal void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptBytesMax)
        {
            _bytes = new byte[InitialBytes];
        }
    }

    /// <summary>The head of a segment: the checksum so far.</summary>
    internal void AddCrc()
    {
        var record = Reserve(16);
        var writer = new ProtoWriter(record);
        writer.RequiredUInt64(1, (ulong)RecordType.Crc);
        writer.RequiredUInt64(2, Crc);
        Finish(writer.Position);
    }

    internal void AddMetadata(ReadOnlySpan<byte> metadata)
    {
        metadata.CopyTo(ReserveData(metadata.Length));
        FinishData(RecordType.Metadata, metadata.Length);
    }

    internal void Add(in Entry entry)
    {
        var length = RecordCodec.Size(entry);
        var writer = new ProtoWriter(ReserveData(length));
        RecordCodec.Write(ref writer, entry);
        FinishData(RecordType.Entry, length);
    }

    internal void Add(in HardState state)
    {
        var length = RecordCodec.Size(state);
        var writer = new ProtoWriter(ReserveData(length));
        RecordCodec.Write(ref writer, state);
        FinishData(RecordType.State, length);
    }

    internal void Add(WalSnapshot snapshot)
    {
        var length = WalSnapshotCodec.Size(snapshot);
        var writer = new ProtoWriter(ReserveData(length));
        WalSnapshotCodec.Write(ref writer, snapshot);
        FinishData(RecordType.Snapshot, length);
    }

    // The data is put where it belongs if the crc takes five bytes; its checksum is only known afterwards.
    private Span<byte> ReserveData(int length)
    {
        var head = HeadBytes + ProtoSize.Varint((ulong)length);
        return Reserve(head + length).Slice(head, length);
    }

    private void FinishData(RecordType type, int length)
    {
        var head = HeadBytes + ProtoSize.Varint((ulong)length);
        var record = _bytes.AsSpan(Length + Frame.HeaderBytes);
        Crc = Crc32C.Update(Crc, record.Slice(head, length));
        var shorter = CrcBytesMax - ProtoSize.Varint(Crc);
        if (shorter > 0)
        {
            record.Slice(head, length).CopyTo(record[(head - shorter)..]);
        }

        var writer = new ProtoWriter(record);
        writer.RequiredUInt64(1, (ulong)type);
        writer.RequiredUInt64(2, Crc);
        writer.DelimitedHeader(3, length);
        Invariant.Check(writer.Position == head - shorter);
        Finish(writer.Position + length);
    }

    private Span<byte> Reserve(int recordBytes)
    {
        var needed = Length + Frame.HeaderBytes + recordBytes + 7;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        return _bytes.AsSpan(Length + Frame.HeaderBytes, recordBytes);
    }

    private void Finish(int recordBytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(Length), Frame.LengthField(recordBytes));
        var padding = Frame.Padding(recordBytes);
        _bytes.AsSpan(Length + Frame.HeaderBytes + recordBytes, padding).Clear();
        Length += Frame.HeaderBytes + recordBytes + padding;
    }
}
