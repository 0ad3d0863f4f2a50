using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine.Completion;

/// <summary>
/// Answers what can stand at the end of a command line. Completion scripts call the hidden command <c>__complete</c>
/// with the words typed so far, the unfinished one last; the answer is a candidate a line, then <c>:directive</c>.
/// Scripts made by real etcd's tools ask in the same way and understand the answer.
/// </summary>
internal static class CompletionRequest
{
    public const string CommandName = "__complete";
    public const string WithoutDescriptions = "__completeNoDesc";

    /// <summary>Adds the hidden command when it is called: nobody else sees it.</summary>
    public static void AddTo(Command root, IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is not (CommandName or WithoutDescriptions))
        {
            return;
        }

        const string Summary = "Request shell completion choices for the specified command-line";
        root.Add(new Command($"{CommandName} [command-line]", Summary)
        {
            Alias = WithoutDescriptions,
            IsHidden = true,
            TakesRawArguments = true,
            HidesFlagsInUsageLine = true,
            Arguments = ArgumentRule.AtLeastOne,
            Description = $"{CommandName} is a special command that is used by the shell completion logic\n"
                + "to request completion choices for the specified command-line.",
            Run = invocation =>
            {
                Answer(invocation);
                return Task.CompletedTask;
            },
        });
    }

    private static void Answer(Invocation invocation)
    {
        List<string> candidates = [];
        var directive = ShellDirective.Default;
        try
        {
            directive = Complete(invocation, candidates);
        }
        catch (CompletionException problem)
        {
            invocation.Console.WriteErrorLine($"[Debug] [Error] {problem.Message}");
        }

        foreach (var candidate in candidates)
        {
            var line = candidate.Split('\n', 2)[0];
            line = invocation.CalledAs == WithoutDescriptions ? line.Split('\t', 2)[0] : line;
            invocation.Console.WriteLine(line.Trim());
        }

        invocation.Console.WriteLine($":{(int)directive}");
        var name = directive == ShellDirective.NoFiles ? "NoFileComp" : "Default";
        invocation.Console.WriteErrorLine($"Completion ended with directive: ShellCompDirective{name}");
    }

    private static ShellDirective Complete(Invocation request, List<string> candidates)
    {
        var words = request.Arguments;
        var typed = words.Take(words.Count - 1).ToList();
        var search = CommandSearch.Find(request.Command.Root, typed, out _)
            ?? throw new CompletionException($"unable to find a command for arguments: [{string.Join(' ', typed)}]");
        var command = search.Command;
        command.AddHelpFlag();
        var flags = command.AllFlags();
        var arguments = search.Arguments.ToList();
        var last = LastWord.Read(command, flags, arguments, words[^1]);
        if (last.Flag is not null && last.IsSeparate)
        {
            arguments.RemoveAt(arguments.Count - 1);
        }

        var leftover = Parse(arguments, flags, out var beforeDashes);
        var completesFlags = beforeDashes < 0;
        if (last.Problem.Length > 0 && completesFlags)
        {
            throw new CompletionException(last.Problem);
        }

        if (flags["help"].IsChanged)
        {
            return ShellDirective.NoFiles;
        }

        if (last.Flag is null && last.Text.StartsWith('-') && !last.Text.Contains('=') && completesFlags)
        {
            AddFlags(command, last.Text, candidates);
            return ShellDirective.NoFiles;
        }

        return last.Flag is not null && completesFlags
            ? ShellDirective.Default
            : AddWords(command, request, leftover, last.Text, candidates);
    }

    private static List<string> Parse(List<string> arguments, FlagSet flags, out int beforeDashes)
    {
        try
        {
            return FlagParser.Parse(arguments, flags, out beforeDashes);
        }
        catch (FlagException problem)
        {
            throw new CompletionException(
                $"Error while parsing flags from args [{string.Join(' ', arguments)}]: {problem.Message}");
        }
    }

    private static ShellDirective AddWords(
        Command command, Invocation request, List<string> leftover, string beginning, List<string> candidates)
    {
        var directive = ShellDirective.Default;
        var hasOwnFlag = command.Flags.Sorted.Any(flag => flag.IsChanged);
        if (leftover.Count == 0 && !hasOwnFlag)
        {
            foreach (var child in command.Children)
            {
                if (!child.IsAvailable && child.Name != BuiltInCommands.HelpName)
                {
                    continue;
                }

                directive = ShellDirective.NoFiles;
                if (child.Name.StartsWith(beginning, StringComparison.Ordinal))
                {
                    candidates.Add($"{child.Name}\t{child.Summary}");
                }
            }
        }

        AddRequiredFlags(command, beginning, candidates);
        if (command.Complete is null)
        {
            return directive;
        }

        var invocation = new Invocation
        {
            Command = command,
            CalledAs = command.Name,
            Arguments = leftover,
            ArgumentsBeforeDashes = -1,
            Flags = command.AllFlags(),
            Console = request.Console,
        };
        candidates.AddRange(command.Complete(invocation, beginning));
        return ShellDirective.NoFiles;
    }

    // A flag that the command cannot do without comes first: as long as one is missing, no other is offered.
    private static void AddFlags(Command command, string beginning, List<string> candidates)
    {
        AddRequiredFlags(command, beginning, candidates);
        if (candidates.Count > 0)
        {
            return;
        }

        foreach (var flag in command.InheritedFlags().Shown.Concat(command.LocalFlags().Shown))
        {
            if (!flag.IsChanged || flag.Value is ListValue)
            {
                AddFlag(flag, beginning, candidates);
            }
        }
    }

    private static void AddRequiredFlags(Command command, string beginning, List<string> candidates)
    {
        foreach (var flag in command.InheritedFlags().Shown.Concat(command.LocalFlags().Shown))
        {
            if (flag.IsRequired && !flag.IsChanged)
            {
                AddFlag(flag, beginning, candidates);
            }
        }
    }

    private static void AddFlag(Flag flag, string beginning, List<string> candidates)
    {
        if ($"--{flag.Name}".StartsWith(beginning, StringComparison.Ordinal))
        {
            candidates.Add($"--{flag.Name}\t{flag.Usage}");
        }

        if (flag.Shorthand != '\0' && $"-{flag.Shorthand}".StartsWith(beginning, StringComparison.Ordinal))
        {
            candidates.Add($"-{flag.Shorthand}\t{flag.Usage}");
        }
    }
}
