namespace Netcd.CommandLine.Flags;

/// <summary>
/// pflag's reading of a command line: flags may stand anywhere, <c>--</c> ends them, <c>-abc</c> are three letters, a
/// boolean takes a value only behind <c>=</c>. Errors are pflag's texts.
/// </summary>
public static class FlagParser
{
    /// <summary>Sets the flags; returns what is left.</summary>
    /// <param name="beforeDashes">How many of the leftovers stood before <c>--</c>; -1 without one.</param>
    public static List<string> Parse(IReadOnlyList<string> arguments, FlagSet flags, out int beforeDashes)
    {
        var leftover = new List<string>();
        var rest = new Queue<string>(arguments);
        beforeDashes = -1;
        while (rest.TryDequeue(out var argument))
        {
            if (argument == "--")
            {
                beforeDashes = leftover.Count;
                leftover.AddRange(rest);
                break;
            }

            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                ParseLong(argument, rest, flags);
            }
            else if (argument.Length > 1 && argument[0] == '-')
            {
                ParseLetters(argument[1..], rest, flags);
            }
            else
            {
                leftover.Add(argument);
            }
        }

        return leftover;
    }

    /// <summary>
    /// Does the argument after this one belong to it? What cobra asks while it looks for the sub-command.
    /// </summary>
    internal static bool TakesNext(string argument, FlagSet flags)
    {
        if (argument.Contains('='))
        {
            return false;
        }

        return argument.StartsWith("--", StringComparison.Ordinal)
            ? flags.Find(argument[2..]) is not { Value.ImpliedText.Length: > 0 }
            : argument.Length == 2 && argument[0] == '-'
                && flags.Find(argument[1]) is not { Value.ImpliedText.Length: > 0 };
    }

    private static void ParseLong(string argument, Queue<string> rest, FlagSet flags)
    {
        var parts = argument[2..].Split('=', 2);
        if (parts[0].Length == 0 || parts[0][0] == '-')
        {
            throw new FlagException($"bad flag syntax: {argument}");
        }

        var flag = flags.Find(parts[0]) ?? throw new FlagException($"unknown flag: --{parts[0]}");
        if (parts.Length == 2)
        {
            flag.Set(parts[1]);
        }
        else if (flag.Value.ImpliedText.Length > 0)
        {
            flag.Set(flag.Value.ImpliedText);
        }
        else
        {
            flag.Set(rest.TryDequeue(out var value)
                ? value
                : throw new FlagException($"flag needs an argument: {argument}"));
        }
    }

    private static void ParseLetters(string letters, Queue<string> rest, FlagSet flags)
    {
        while (letters.Length > 0)
        {
            var flag = flags.Find(letters[0])
                ?? throw new FlagException($"unknown shorthand flag: '{letters[0]}' in -{letters}");
            if (letters.Length > 2 && letters[1] == '=')
            {
                flag.Set(letters[2..]);
                return;
            }

            if (flag.Value.ImpliedText.Length > 0)
            {
                flag.Set(flag.Value.ImpliedText);
                letters = letters[1..];
                continue;
            }

            if (letters.Length > 1)
            {
                flag.Set(letters[1..]);
                return;
            }

            flag.Set(rest.TryDequeue(out var value)
                ? value
                : throw new FlagException($"flag needs an argument: '{letters[0]}' in -{letters}"));
            return;
        }
    }
}
