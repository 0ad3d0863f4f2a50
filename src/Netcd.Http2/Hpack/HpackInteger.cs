namespace Netcd.Http2.Hpack;

/// <summary>Integers with a prefix (RFC 7541 section 5.1).</summary>
internal static class HpackInteger
{
    /// <summary>Largest value read: far above every limit, far below overflow.</summary>
    public const int ValueMax = 1 << 24;

    /// <summary>Longest encoding read or written.</summary>
    public const int BytesMax = 6;

    /// <summary>Reads an integer; false when it is cut off, too large, or spun out with needless bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int position, int prefixBits, out int value)
    {
        value = 0;
        if (position >= source.Length)
        {
            return false;
        }

        var mask = (1 << prefixBits) - 1;
        value = source[position++] & mask;
        return value < mask || TryReadRest(source, ref position, ref value);
    }

    /// <summary>
    /// Writes an integer below the bits of <paramref name="first"/>; returns the bytes written, at most six.
    /// </summary>
    public static int Write(Span<byte> destination, byte first, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            destination[0] = (byte)(first | value);
            return 1;
        }

        destination[0] = (byte)(first | mask);
        value -= mask;
        var written = 1;
        while (value >= 128)
        {
            destination[written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[written++] = (byte)value;
        return written;
    }

    private static bool TryReadRest(ReadOnlySpan<byte> source, ref int position, ref int value)
    {
        long sum = value;
        for (var shift = 0; shift < BytesMax * 7; shift += 7)
        {
            if (position >= source.Length)
            {
                return false;
            }

            var octet = source[position++];
            sum += (long)(octet & 0x7f) << shift;
            if (sum > ValueMax)
            {
                return false;
            }

            if ((octet & 0x80) == 0)
            {
                value = (int)sum;
                return true;
            }
        }

        return false;
    }
}
