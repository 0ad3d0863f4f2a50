using System.Globalization;
using System.Text;

namespace Netcd.Offline.Dump;

/// <summary>Bytes as people read them: text in quotes, escaped as Go does, cut when it is long.</summary>
internal sealed class DumpText(bool isFull)
{
    internal string Value(ReadOnlySpan<byte> value)
    {
        if (isFull || value.Length <= DumpLimits.ValueBytesShown)
        {
            return Quoted(value);
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Quoted(value[..DumpLimits.ValueBytesShown])}... ({value.Length} bytes)");
    }

    internal static string Quoted(ReadOnlySpan<byte> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{text[0]:x2}");
                length = 1;
            }
            else if (rune.Value is '"' or '\\')
            {
                quoted.Append('\\').Append(rune.ToString());
            }
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator)
            {
                foreach (var b in text[..length])
                {
                    quoted.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
                }
            }
            else
            {
                quoted.Append(rune.ToString());
            }

            text = text[length..];
        }

        return quoted.Append('"').ToString();
    }
}
