namespace Netcd.Grpc.Wire;

/// <summary>Metadata whose name ends in <c>-bin</c>: base64 on the wire, with or without padding.</summary>
public static class BinaryMetadata
{
    public static bool IsBinary(ReadOnlySpan<byte> name) => name.EndsWith("-bin"u8);

    /// <summary>The decoded value of a field that passed <see cref="FirstBadByte"/>.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> value)
    {
        var digits = value.TrimEnd((byte)'=');
        var decoded = new byte[digits.Length * 6 / 8];
        var bits = 0;
        var count = 0;
        var length = 0;
        foreach (var digit in digits)
        {
            bits = ((bits << 6) | Digit(digit)) & 0xffffff;
            count += 6;
            if (count >= 8)
            {
                count -= 8;
                decoded[length++] = (byte)(bits >> count);
            }
        }

        return decoded;
    }

    /// <summary>
    /// Where Go's decoder stops in malformed base64, -1 when it is good. A length divisible by four is read as padded,
    /// any other as unpadded.
    /// </summary>
    public static int FirstBadByte(ReadOnlySpan<byte> value)
    {
        var padding = 0;
        if (value.Length % 4 == 0)
        {
            var trimmed = value.TrimEnd((byte)'=');
            padding = value.Length - trimmed.Length;
            value = padding <= 2 ? trimmed : value;
        }

        for (var i = 0; i < value.Length; i++)
        {
            if (Digit(value[i]) < 0)
            {
                return i;
            }
        }

        return value.Length % 4 == 1 ? value.Length : -1;
    }

    private static int Digit(byte value) => value switch
    {
        >= (byte)'A' and <= (byte)'Z' => value - 'A',
        >= (byte)'a' and <= (byte)'z' => value - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => value - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}
