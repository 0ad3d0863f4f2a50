using Netcd.CommandLine.Completion;

namespace Netcd.CommandLine;

/// <summary>The commands that every tool has: help and completion.</summary>
internal static class BuiltInCommands
{
    public const string HelpName = "help";

    public static void AddTo(Command root, Action<Command> showHelp, Action<Command> showUsage)
    {
        root.Add(Help(root, showHelp, showUsage), CompletionCommand.Create(root.Name));
    }

    private static Command Help(Command root, Action<Command> showHelp, Action<Command> showUsage) => new(
        "help [command]", "Help about any command")
    {
        Description = "Help provides help for any command in the application.\n"
            + $"Simply type {root.Name} help [path to command] for full details.",
        Complete = (invocation, beginning) =>
            CommandSearch.Find(root, invocation.Arguments, out _)?.Command.Children
                .Where(child => child.IsAvailable || child.Name == HelpName)
                .Where(child => child.Name.StartsWith(beginning, StringComparison.Ordinal))
                .Select(child => $"{child.Name}\t{child.Summary}") ?? [],
        Run = invocation =>
        {
            var found = CommandSearch.Find(root, invocation.Arguments, out _)?.Command;
            if (found is null)
            {
                var topic = string.Join(' ', invocation.Arguments.Select(word => $"`{word}`"));
                invocation.Console.WriteErrorLine($"Unknown help topic [{topic}]");
                showUsage(root);
                return Task.CompletedTask;
            }

            found.AddHelpFlag();
            showHelp(found);
            return Task.CompletedTask;
        },
    };
}
