namespace Netcd.Wal.Records;

/// <summary>
/// The frame around a record:
/// <code>
/// offset 0  u64 little-endian: record length (low 56 bits); if padded, 0x80 | padding in the top byte
///        8  record
///        …  0 to 7 zero bytes, so that the next frame starts at a multiple of 8 and no length is ever torn
/// </code>
/// </summary>
internal static class Frame
{
    internal const int HeaderBytes = 8;

    private const int LengthBits = 56;

    internal static int Padding(int recordBytes) => -recordBytes & 7;

    internal static ulong LengthField(int recordBytes)
    {
        var padding = Padding(recordBytes);
        return (uint)recordBytes | (padding == 0 ? 0 : (0x80UL | (uint)padding) << LengthBits);
    }

    internal static (long RecordBytes, int Padding) Parse(ulong lengthField)
    {
        var recordBytes = (long)(lengthField & ((1UL << LengthBits) - 1));
        var padding = (long)lengthField < 0 ? (int)(lengthField >> LengthBits) & 7 : 0;
        return (recordBytes, padding);
    }
}
