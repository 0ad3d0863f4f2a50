using System.Text;

namespace Netcd.CommandLine.Flags;

/// <summary>
/// A list of strings, separated by commas as one line of a CSV file is: <c>a,"b,c"</c> has two. The first setting
/// replaces the default, further ones add to it.
/// </summary>
public sealed class ListValue(params string[] initial) : FlagValue
{
    private List<string> _values = [.. initial];
    private bool _isSet;

    public IReadOnlyList<string> Values => _values;

    public override string TypeName => "stringSlice";

    public override string Text => $"[{string.Join(',', _values.Select(Field))}]";

    public override bool TrySet(string text, out string error)
    {
        if (!TrySplit(text, out var values, out error))
        {
            return false;
        }

        _values = _isSet ? [.. _values, .. values] : values;
        _isSet = true;
        return true;
    }

    private static bool TrySplit(string text, out List<string> values, out string error)
    {
        values = [];
        error = "";
        if (text.Length == 0)
        {
            return true;
        }

        var position = 0;
        while (true)
        {
            if (position < text.Length && text[position] == '"')
            {
                if (!TryReadQuoted(text, ref position, out var field))
                {
                    error = $"parse error on line 1, column {position + 1}: extraneous or missing \" in quoted-field";
                    return false;
                }

                values.Add(field);
            }
            else
            {
                var end = text.IndexOf(',', position);
                end = end < 0 ? text.Length : end;
                var bare = text.IndexOf('"', position, end - position);
                if (bare >= 0)
                {
                    error = $"parse error on line 1, column {bare + 1}: bare \" in non-quoted-field";
                    return false;
                }

                values.Add(text[position..end]);
                position = end;
            }

            if (position >= text.Length)
            {
                return true;
            }

            position++;
        }
    }

    // Leaves the position at the comma behind the field or at the end; at the wrong character if there is one.
    private static bool TryReadQuoted(string text, ref int position, out string field)
    {
        var read = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] != '"')
            {
                read.Append(text[position]);
            }
            else if (position + 1 < text.Length && text[position + 1] == '"')
            {
                read.Append('"');
                position++;
            }
            else
            {
                position++;
                field = read.ToString();
                return position == text.Length || text[position] == ',';
            }
        }

        field = "";
        return false;
    }

    private static string Field(string value) =>
        value.AsSpan().ContainsAny(",\"\n\r") || (value.Length > 0 && value[0] is ' ' or '\t')
            ? $"\"{value.Replace("\"", "\"\"")}\""
            : value;
}
