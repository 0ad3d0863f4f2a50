using Netcd.Base.GoSyntax;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>
/// Splits a line into words somewhat as a shell does: 'as it is', "with Go's escapes", anything else up to a blank; a
/// quote that does not end is passed over. Source: argify in etcdctl/ctlv3/command/util.go.
/// </summary>
internal static class ShellWords
{
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        for (var position = 0; position < line.Length;)
        {
            var length = line[position] switch
            {
                '"' => DoubleQuoted(line, position),
                '\'' => SingleQuoted(line, position),
                _ => Plain(line, position),
            };
            if (length == 0)
            {
                position++;
                continue;
            }

            words.Add(Value(line.Substring(position, length)));
            position += length;
        }

        return words;
    }

    private static string Value(string word)
    {
        if (word[0] == '\'')
        {
            return word[1..^1];
        }

        if (word[0] != '"')
        {
            return word;
        }

        return GoText.TryUnquote(word, out _, out var value)
            ? ArgumentBytes.Text(value)
            : throw new ExitException(ExitCodes.InvalidInput, "invalid syntax");
    }

    private static int DoubleQuoted(string line, int start)
    {
        for (var index = start + 1; index < line.Length; index++)
        {
            if (line[index] == '\\')
            {
                index++;
            }
            else if (line[index] == '"')
            {
                return index + 1 - start;
            }
        }

        return 0;
    }

    private static int SingleQuoted(string line, int start)
    {
        var end = line.IndexOf('\'', start + 1);
        return end < 0 ? 0 : end + 1 - start;
    }

    private static int Plain(string line, int start)
    {
        var end = start;
        while (end < line.Length && !char.IsWhiteSpace(line[end]))
        {
            end++;
        }

        return end - start;
    }
}
