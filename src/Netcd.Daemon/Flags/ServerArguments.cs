namespace Netcd.Daemon.Flags;

/// <summary>
/// Parses arguments with the rules of Go's flag package; source: pkg.go.dev/flag, "Command line flag syntax".
/// </summary>
internal static class ServerArguments
{
    /// <summary>Parses until the first argument that is no flag; what is left over is returned.</summary>
    /// <exception cref="CommandLineException">A flag is unknown or its value is refused.</exception>
    public static IReadOnlyList<string> Parse(IReadOnlyList<string> arguments, FlagValues values)
    {
        var position = 0;
        while (position < arguments.Count)
        {
            var argument = arguments[position];
            if (argument.Length < 2 || argument[0] != '-')
            {
                break;
            }

            position++;
            if (argument == "--")
            {
                break;
            }

            ParseFlag(arguments, argument, ref position, values);
        }

        return [.. arguments.Skip(position)];
    }

    private static void ParseFlag(
        IReadOnlyList<string> arguments, string argument, ref int position, FlagValues values)
    {
        var text = argument[(argument[1] == '-' ? 2 : 1)..];
        if (text.Length == 0 || text[0] is '-' or '=')
        {
            throw new CommandLineException($"bad flag syntax: {argument}");
        }

        var equals = text.IndexOf('=');
        var name = equals < 0 ? text : text[..equals];
        if (name is "help" or "h")
        {
            throw new CommandLineException("") { IsHelp = true };
        }

        var flag = FlagTable.Find(name)
            ?? throw new CommandLineException($"flag provided but not defined: -{name}");
        string value;
        if (equals >= 0)
        {
            value = text[(equals + 1)..];
        }
        else if (flag.Kind is FlagKind.Bool or FlagKind.Ignored)
        {
            value = "true";
        }
        else if (position < arguments.Count)
        {
            value = arguments[position++];
        }
        else
        {
            throw new CommandLineException($"flag needs an argument: -{name}");
        }

        try
        {
            values.Set(flag, value);
        }
        catch (FlagValueException problem)
        {
            var where = flag.Kind == FlagKind.Bool ? $"boolean value \"{value}\" for" : $"value \"{value}\" for flag";
            throw new CommandLineException($"invalid {where} -{name}: {problem.Message}");
        }
    }
}
