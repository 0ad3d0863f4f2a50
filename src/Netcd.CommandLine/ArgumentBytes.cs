using System.Text;

namespace Netcd.CommandLine;

/// <summary>
/// Arguments are bytes, and keys may be any. Text carries the bytes that are not UTF-8 as lone surrogates, U+DC00 and
/// the byte, so that they come out as they came in.
/// </summary>
public static class ArgumentBytes
{
    private const char Replacement = '\uFFFD';
    private const int Escape = 0xdc00;

    /// <summary>This process's arguments: the runtime's own list has lost the bytes that are not UTF-8.</summary>
    public static IReadOnlyList<string> OfProcess(string[] arguments)
    {
        if (!arguments.Any(argument => argument.Contains(Replacement)))
        {
            return arguments;
        }

        try
        {
            var all = File.ReadAllBytes("/proc/self/cmdline");
            var raw = new List<string>();
            var rest = all.AsSpan();
            while (rest.IndexOf((byte)0) is >= 0 and var end)
            {
                raw.Add(Text(rest[..end]));
                rest = rest[(end + 1)..];
            }

            // Before them stand the program, and the host of it if there is one.
            return raw.Count >= arguments.Length ? raw[^arguments.Length..] : arguments;
        }
        catch (IOException)
        {
            return arguments;
        }
    }

    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
                bytes = bytes[length..];
            }
            else
            {
                text.Append((char)(Escape | bytes[0]));
                bytes = bytes[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>Whether there may be bytes in it that are not UTF-8; if not, the text is just text.</summary>
    public static bool MayHoldBytes(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange((char)(Escape | 0x80), (char)(Escape | 0xff));

    public static byte[] Bytes(string text)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (var index = 0; index < text.Length; index++)
        {
            if (Rune.TryGetRuneAt(text, index, out var rune))
            {
                bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
                index += rune.Utf16SequenceLength - 1;
            }
            else
            {
                bytes.Add((byte)text[index]);
            }
        }

        return [.. bytes];
    }
}
