using System.Globalization;
using System.Text;

namespace Netcd.Base.GoSyntax;

/// <summary>Go's <c>%q</c>, as it appears in error texts that clients see.</summary>
public static class GoText
{
    public static string Quote(string text) => Quote(Encoding.UTF8.GetBytes(text));

    /// <summary>The text in double quotes; what is not printable or not UTF-8 is escaped as Go does.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        quoted.Append('"');
        while (!text.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(text, out var rune, out var length);
            if (status != System.Buffers.OperationStatus.Done)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{text[0]:x2}");
                text = text[1..];
                continue;
            }

            Append(quoted, rune);
            text = text[length..];
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// Reads a Go string literal, in double quotes or in back quotes, at the beginning of the text.
    /// </summary>
    /// <param name="length">How long the literal is, quotes included.</param>
    /// <param name="value">Its bytes: escapes may make any.</param>
    public static bool TryUnquote(ReadOnlySpan<char> text, out int length, out byte[] value) =>
        GoLiteral.TryRead(text, out length, out value);

    private static void Append(StringBuilder quoted, Rune rune)
    {
        const string Plain = "\a\b\f\n\r\t\v\\\"";
        const string Letter = "abfnrtv\\\"";
        var special = rune.IsBmp ? Plain.IndexOf((char)rune.Value, StringComparison.Ordinal) : -1;
        if (special >= 0)
        {
            quoted.Append('\\').Append(Letter[special]);
        }
        else if (rune.Value < 0x20 || rune.Value == 0x7f)
        {
            quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
        }
        else if (IsPrintable(rune))
        {
            quoted.Append(rune.ToString());
        }
        else if (rune.IsBmp)
        {
            quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }
        else
        {
            quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
