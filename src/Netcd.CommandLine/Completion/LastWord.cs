using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine.Completion;

/// <summary>The unfinished word, and the flag whose value it is.</summary>
/// <param name="Flag">Null: it is no value of a flag.</param>
/// <param name="IsSeparate">The flag is the word before, not the beginning of this one.</param>
/// <param name="Text">What shall be completed.</param>
/// <param name="Problem">Empty, or what is wrong with the flag.</param>
internal sealed record LastWord(Flag? Flag, bool IsSeparate, string Text, string Problem)
{
    public static LastWord Read(Command command, FlagSet flags, List<string> arguments, string word)
    {
        var equals = word.IndexOf('=');
        string name;
        var text = word;
        var isSeparate = false;
        if (word.StartsWith('-'))
        {
            if (equals < 0)
            {
                return new LastWord(null, false, word, "");
            }

            name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..equals] : word[(equals - 1)..equals];
            text = word[(equals + 1)..];
        }
        else if (arguments.Count > 0 && IsFlag(arguments[^1]) && !arguments[^1].Contains('='))
        {
            var previous = arguments[^1];
            name = previous.StartsWith("--", StringComparison.Ordinal) ? previous[2..] : previous[^1..];
            isSeparate = true;
        }
        else
        {
            return new LastWord(null, false, word, "");
        }

        var flag = name.Length == 1 ? flags.Find(name[0]) : flags.Find(name);
        if (flag is null)
        {
            return new LastWord(null, false, word, $"Subcommand '{command.Name}' does not support flag '{name}'");
        }

        return isSeparate && flag.Value.ImpliedText.Length > 0
            ? new LastWord(null, false, text, "")
            : new LastWord(flag, isSeparate, text, "");
    }

    private static bool IsFlag(string argument) =>
        argument.Length >= 2 && argument[0] == '-' && (argument[1] != '-' || argument.Length >= 3);
}
