using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Disk;

namespace Netcd.Wal.Records;

/// <summary>
/// Reads the records of one segment in order, checking frames and the checksum chain. After a step that was a record,
/// <see cref="Type"/> and <see cref="Data"/> show it until the next step. Source of the rules: etcd's
/// server/storage/wal/decoder.go.
/// </summary>
internal sealed class SegmentReader
{
    private const int SectorBytes = 512;
    private const int WindowBytes = 1024 * 1024;

    private readonly IDiskFile _file;
    private readonly bool _isLast;
    private readonly long _fileBytes;

    // A window of the file: _buffer[_position.._filled] is what was read ahead, _position stands at file offset Offset
    // plus what of the present frame was consumed.
    private byte[] _buffer;
    private int _position;
    private int _filled;
    private long _filledTo;
    private int _dataStart;
    private int _dataLength;

    /// <param name="file">The segment.</param>
    /// <param name="isLast">Whether a torn write may be at its end.</param>
    /// <param name="crc">The checksum chain before the first record read.</param>
    internal SegmentReader(IDiskFile file, bool isLast, uint crc)
    {
        _file = file;
        _isLast = isLast;
        _fileBytes = file.Length;
        _buffer = new byte[WindowBytes];
        Crc = crc;
    }

    /// <summary>Checksum over the data of all records read so far; continued by the next segment.</summary>
    internal uint Crc { get; private set; }

    /// <summary>Where the last valid record ends.</summary>
    internal long Offset { get; private set; }

    internal RecordType Type { get; private set; }

    internal ReadOnlySpan<byte> Data => _buffer.AsSpan(_dataStart, _dataLength);

    /// <exception cref="CorruptionException">The record is damaged in a way no torn write explains.</exception>
    internal RecordStep Next()
    {
        var headerBytes = Fill(Frame.HeaderBytes);
        if (headerBytes == 0)
        {
            return RecordStep.End;
        }

        if (headerBytes < Frame.HeaderBytes)
        {
            return Torn("unexpected EOF in the length of a record");
        }

        var lengthField = BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_position));
        if (lengthField == 0)
        {
            return RecordStep.End;
        }

        var (recordBytes, padding) = Frame.Parse(lengthField);
        var bodyBytes = recordBytes + padding;
        if (bodyBytes > _fileBytes - Offset - Frame.HeaderBytes)
        {
            return Torn($"unexpected EOF: record of {recordBytes} bytes in a file of {_fileBytes}");
        }

        var frameBytes = Frame.HeaderBytes + (int)bodyBytes;
        if (Fill(frameBytes) < frameBytes)
        {
            return Torn("unexpected EOF in a record");
        }

        var body = _buffer.AsSpan(_position + Frame.HeaderBytes, (int)bodyBytes);
        if (Check(body[..(int)recordBytes]) is { } problem)
        {
            return IsTorn(body) ? RecordStep.Torn : ThrowCorrupt(problem);
        }

        _dataStart += _position + Frame.HeaderBytes;
        _position += frameBytes;
        Offset += frameBytes;
        return RecordStep.Record;
    }

    /// <summary>Reports damage at the record read last.</summary>
    [DoesNotReturn]
    internal RecordStep ThrowCorrupt(string problem) =>
        throw new CorruptionException($"{_file.Path}: offset {Offset}", problem);

    // Parses the record, checks it and moves the checksum chain on; returns what is wrong. Leaves _dataStart relative
    // to the record.
    private string? Check(ReadOnlySpan<byte> record)
    {
        uint crc;
        try
        {
            crc = Parse(record);
        }
        catch (ProtoException malformed)
        {
            return $"malformed record: {malformed.Message}";
        }

        if (Type == RecordType.Crc)
        {
            // A reader that starts at this segment knows no checksum yet.
            if (Crc != 0 && Crc != crc)
            {
                return $"wal: crc mismatch: segment continues from {crc:x8}, the one before ended with {Crc:x8}";
            }

            Crc = crc;
            return null;
        }

        var computed = Crc32C.Update(Crc, record.Slice(_dataStart, _dataLength));
        if (computed != crc)
        {
            return $"walpb: crc mismatch: expected: {crc:x} computed: {computed:x}";
        }

        Crc = computed;
        return null;
    }

    private uint Parse(ReadOnlySpan<byte> record)
    {
        uint crc = 0;
        Type = default;
        _dataStart = 0;
        _dataLength = 0;
        var reader = new ProtoReader(record);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    Type = (RecordType)reader.ReadInt64(wireType);
                    break;
                case 2:
                    crc = (uint)reader.ReadUInt64(wireType);
                    break;
                case 3:
                    _dataLength = reader.ReadBytes(wireType).Length;
                    _dataStart = reader.Position - _dataLength;
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return crc;
    }

    private RecordStep Torn(string problem) => _isLast ? RecordStep.Torn : ThrowCorrupt(problem);

    // Sectors reach the disk one by one, and unwritten space is zero: a piece of the record between two sector
    // boundaries that is all zeros did not arrive.
    private bool IsTorn(ReadOnlySpan<byte> body)
    {
        if (!_isLast)
        {
            return false;
        }

        var offset = Offset + Frame.HeaderBytes;
        while (!body.IsEmpty)
        {
            var length = (int)Math.Min(SectorBytes - (offset % SectorBytes), body.Length);
            if (!body[..length].ContainsAnyExcept((byte)0))
            {
                return true;
            }

            body = body[length..];
            offset += length;
        }

        return false;
    }

    // Makes at least this many bytes from _position available if the file has them; returns how many there are of them.
    private int Fill(int bytes)
    {
        if (_filled - _position >= bytes)
        {
            return bytes;
        }

        _buffer.AsSpan(_position, _filled - _position).CopyTo(_buffer);
        _filled -= _position;
        _position = 0;
        if (bytes > _buffer.Length)
        {
            Array.Resize(ref _buffer, bytes);
        }

        var read = _file.Read(_filledTo, _buffer.AsSpan(_filled));
        _filled += read;
        _filledTo += read;
        return Math.Min(_filled, bytes);
    }
}
