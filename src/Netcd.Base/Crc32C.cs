using System.Buffers.Binary;
using System.Numerics;

namespace Netcd.Base;

/// <summary>CRC-32C (Castagnoli), the checksum of WAL records, snapshot files and store hashes.</summary>
public static class Crc32C
{
    /// <summary>
    /// Continues <paramref name="crc"/> (0 to begin) over <paramref name="data"/>; equal to one run over both parts.
    /// </summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        var c = ~crc;
        while (data.Length >= 8)
        {
            c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (var b in data)
        {
            c = BitOperations.Crc32C(c, b);
        }

        return ~c;
    }
}
