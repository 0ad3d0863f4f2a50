namespace Netcd.Http2.Hpack;

/// <summary>
/// The static Huffman code of RFC 7541 appendix B. The code is canonical, so the lengths of its codes say all: codes
/// are handed out in order of length, then of symbol.
/// </summary>
internal static class Huffman
{
    private const int EndOfString = 256;
    private const int InnerNodes = 256;

    // An entry of the automaton, walked four bits at a time: next state in bits 0-7, symbol in bits 8-15, and the
    // flags.
    private const int SymbolShift = 8;
    private const int EmitsSymbol = 1 << 16;
    private const int IsFailure = 1 << 17;

    // A state after which the input may end: the bits read since the last symbol are at most seven ones.
    private const int IsPadding = 1 << 18;

    private static readonly uint[] Codes = BuildCodes();
    private static readonly int[] Automaton = BuildAutomaton();

    private static ReadOnlySpan<byte> LengthsBits =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>
    /// Most bytes that <paramref name="encodedBytes"/> can stand for: the shortest code has five bits.
    /// </summary>
    public static int DecodedBytesMax(int encodedBytes) => (int)(encodedBytes * 8L / 5);

    /// <summary>Decodes a whole string.</summary>
    /// <returns>
    /// Bytes written, or -1 for a code that is not allowed: EOS, more than seven bits of padding, or padding not of
    /// ones.
    /// </returns>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var automaton = Automaton;
        var written = 0;
        var entry = IsPadding;
        foreach (var octet in source)
        {
            entry = automaton[((entry & 0xff) << 4) | (octet >> 4)];
            if ((entry & (EmitsSymbol | IsFailure)) != 0)
            {
                if ((entry & IsFailure) != 0)
                {
                    return -1;
                }

                destination[written++] = (byte)(entry >> SymbolShift);
            }

            entry = automaton[((entry & 0xff) << 4) | (octet & 0xf)];
            if ((entry & (EmitsSymbol | IsFailure)) != 0)
            {
                if ((entry & IsFailure) != 0)
                {
                    return -1;
                }

                destination[written++] = (byte)(entry >> SymbolShift);
            }
        }

        return (entry & IsPadding) != 0 ? written : -1;
    }

    public static int EncodedBytes(ReadOnlySpan<byte> source)
    {
        var bits = 0L;
        foreach (var octet in source)
        {
            bits += LengthsBits[octet];
        }

        return (int)((bits + 7) / 8);
    }

    /// <summary>Encodes into <see cref="EncodedBytes"/> bytes.</summary>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var pending = 0UL;
        var pendingBits = 0;
        var written = 0;
        foreach (var octet in source)
        {
            int length = LengthsBits[octet];
            pending = (pending << length) | Codes[octet];
            pendingBits += length;
            while (pendingBits >= 8)
            {
                pendingBits -= 8;
                destination[written++] = (byte)(pending >> pendingBits);
            }
        }

        if (pendingBits > 0)
        {
            destination[written++] = (byte)((pending << (8 - pendingBits)) | (0xffu >> pendingBits));
        }

        return written;
    }

    private static uint[] BuildCodes()
    {
        var codes = new uint[LengthsBits.Length];
        var code = 0u;
        for (var length = 1; length <= 30; length++)
        {
            code <<= 1;
            for (var symbol = 0; symbol < codes.Length; symbol++)
            {
                if (LengthsBits[symbol] == length)
                {
                    codes[symbol] = code++;
                }
            }
        }

        return codes;
    }

    // The tree has 257 leaves and so 256 inner nodes: a state is one byte. Children below zero are leaves (~symbol).
    private static (int[] Children, byte[] Depths, bool[] AllOnes) BuildTree()
    {
        var children = new int[InnerNodes * 2];
        var depths = new byte[InnerNodes];
        var allOnes = new bool[InnerNodes];
        allOnes[0] = true;
        var used = 1;
        for (var symbol = 0; symbol <= EndOfString; symbol++)
        {
            var node = 0;
            for (var bit = LengthsBits[symbol] - 1; bit > 0; bit--)
            {
                var slot = (node * 2) + (int)((Codes[symbol] >> bit) & 1);
                if (children[slot] == 0)
                {
                    children[slot] = used;
                    depths[used] = (byte)(depths[node] + 1);
                    allOnes[used] = allOnes[node] && (slot & 1) == 1;
                    used++;
                }

                node = children[slot];
            }

            children[(node * 2) + (int)(Codes[symbol] & 1)] = ~symbol;
        }

        return (children, depths, allOnes);
    }

    private static int[] BuildAutomaton()
    {
        var (children, depths, allOnes) = BuildTree();
        var automaton = new int[InnerNodes * 16];
        for (var state = 0; state < InnerNodes; state++)
        {
            for (var nibble = 0; nibble < 16; nibble++)
            {
                var node = state;
                var entry = 0;
                for (var bit = 3; bit >= 0 && (entry & IsFailure) == 0; bit--)
                {
                    node = children[(node * 2) + ((nibble >> bit) & 1)];
                    if (node == ~EndOfString)
                    {
                        entry = IsFailure;
                        node = 0;
                    }
                    else if (node < 0)
                    {
                        entry = EmitsSymbol | (~node << SymbolShift);
                        node = 0;
                    }
                }

                var padding = allOnes[node] && depths[node] <= 7 ? IsPadding : 0;
                automaton[(state << 4) | nibble] = entry | node | padding;
            }
        }

        return automaton;
    }
}
