using Netcd.Base.GoSyntax;
using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine;

/// <summary>Finds the command that a command line names; unique beginnings of names count.</summary>
internal sealed class CommandSearch
{
    private const int SuggestionDistanceMax = 2;

    private CommandSearch(Command command, string calledAs, IReadOnlyList<string> arguments)
    {
        Command = command;
        CalledAs = calledAs;
        Arguments = arguments;
    }

    public Command Command { get; }

    public string CalledAs { get; }

    /// <summary>All arguments but the names of commands: flags stay.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Null: the root has no such command; then the error is cobra's text.</summary>
    public static CommandSearch? Find(Command root, IReadOnlyList<string> arguments, out string error)
    {
        error = "";
        var command = root;
        var calledAs = root.Name;
        var rest = arguments.ToList();
        while (FirstWord(rest, command.AllFlags()) is { } position)
        {
            var word = rest[position];
            var next = Next(command, word);
            if (next is null)
            {
                if (command == root && root.Children.Count > 0)
                {
                    error = $"unknown command {GoText.Quote(word)} for {GoText.Quote(root.Path)}"
                        + Suggestions(root, word);
                    return null;
                }

                break;
            }

            command = next;
            calledAs = next.Alias == word ? word : next.Name;
            rest.RemoveAt(position);
        }

        return new CommandSearch(command, calledAs, rest);
    }

    // The first argument that is neither flag nor the value of one; empty ones are passed over, -- ends the search.
    private static int? FirstWord(List<string> arguments, FlagSet flags)
    {
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument == "--")
            {
                return null;
            }

            if (argument.StartsWith('-'))
            {
                index += FlagParser.TakesNext(argument, flags) ? 1 : 0;
            }
            else if (argument.Length > 0)
            {
                return index;
            }
        }

        return null;
    }

    private static Command? Next(Command command, string word)
    {
        Command? match = null;
        var matches = 0;
        foreach (var child in command.Children)
        {
            if (child.Name == word || (child.Alias.Length > 0 && child.Alias == word))
            {
                return child;
            }

            if (child.Name.StartsWith(word, StringComparison.Ordinal)
                || (child.Alias.Length > 0 && child.Alias.StartsWith(word, StringComparison.Ordinal)))
            {
                match = child;
                matches++;
            }
        }

        return matches == 1 ? match : null;
    }

    private static string Suggestions(Command root, string word)
    {
        var near = root.ChildrenAsAdded.Where(child => child.IsAvailable
            && (Distance(word, child.Name) <= SuggestionDistanceMax
                || child.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))).ToList();
        return near.Count == 0
            ? ""
            : "\n\nDid you mean this?\n" + string.Concat(near.Select(child => $"\t{child.Name}\n"));
    }

    // Levenshtein: how many letters to put in, take out or change.
    private static int Distance(string from, string to)
    {
        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var row = 1; row <= from.Length; row++)
        {
            var current = new int[to.Length + 1];
            current[0] = row;
            for (var column = 1; column <= to.Length; column++)
            {
                var same = char.ToLowerInvariant(from[row - 1]) == char.ToLowerInvariant(to[column - 1]);
                current[column] = same
                    ? previous[column - 1]
                    : 1 + Math.Min(previous[column - 1], Math.Min(previous[column], current[column - 1]));
            }

            previous = current;
        }

        return previous[to.Length];
    }
}
