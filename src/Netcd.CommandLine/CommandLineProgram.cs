using Netcd.Base.GoSyntax;
using Netcd.CommandLine.Completion;
using Netcd.CommandLine.Flags;
using Netcd.CommandLine.Help;

namespace Netcd.CommandLine;

/// <summary>
/// Runs a tree of commands as cobra does in etcd's tools: the same pages, error texts and exit codes.
/// </summary>
public sealed class CommandLineProgram
{
    private readonly Command _root;
    private readonly ProgramVersion _version;
    private readonly ProgramConsole _console;
    private readonly HelpStyle _style;

    public CommandLineProgram(
        Command root, ProgramVersion version, ProgramConsole console, HelpStyle style = HelpStyle.Etcd)
    {
        _root = root;
        _version = version;
        _console = console;
        _style = style;
        BuiltInCommands.AddTo(root, ShowHelp, ShowUsage);
    }

    /// <summary>Never throws for what the command line or the command says; the result is the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        try
        {
            var code = await FindAndRunAsync(arguments, cancellation);
            _console.Flush();
            return code;
        }
        catch (ExitException exit)
        {
            return Leave(exit);
        }
        catch (BrokenPipeException)
        {
            return ExitCodes.BrokenPipe;
        }
    }

    private async Task<int> FindAndRunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        CompletionRequest.AddTo(_root, arguments);
        var search = CommandSearch.Find(_root, arguments, out var unknown);
        if (search is null)
        {
            _console.WriteErrorLine($"Error: {unknown}");
            _console.WriteErrorLine($"Run '{_root.Path} --help' for usage.");
            _console.WriteErrorLine($"Error: {unknown}");
            return ExitCodes.Error;
        }

        var command = search.Command;
        command.AddHelpFlag();
        var flags = command.AllFlags();
        try
        {
            var invocation = Parse(search, flags, cancellation);
            if (command.Run is null || invocation.Bool("help"))
            {
                ShowHelp(command);
                return ExitCodes.Success;
            }

            CheckArguments(invocation);
            CheckRequired(flags);
            await command.Run(invocation);
            return ExitCodes.Success;
        }
        catch (Exception problem) when (problem is FlagException or UsageException)
        {
            // Once from cobra with the usage and once from the tool's own end.
            _console.WriteErrorLine($"Error: {problem.Message}");
            ShowUsage(command);
            _console.WriteErrorLine();
            _console.WriteError(
                _style == HelpStyle.CobraWithSummary ? problem.Message : $"Error: {problem.Message}\n");
            return ExitCodes.Error;
        }
    }

    private Invocation Parse(CommandSearch search, FlagSet flags, CancellationToken cancellation)
    {
        var beforeDashes = -1;
        var arguments = search.Command.TakesRawArguments
            ? search.Arguments
            : FlagParser.Parse(search.Arguments, flags, out beforeDashes);
        return new Invocation
        {
            Command = search.Command,
            CalledAs = search.CalledAs,
            Arguments = arguments,
            ArgumentsBeforeDashes = beforeDashes,
            Flags = flags,
            Console = _console,
            Cancellation = cancellation,
        };
    }

    private static void CheckArguments(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        switch (invocation.Command.Arguments)
        {
            case ArgumentRule.None when arguments.Count > 0:
                var path = GoText.Quote(invocation.Command.Path);
                throw new UsageException($"unknown command {GoText.Quote(arguments[0])} for {path}");
            case ArgumentRule.AtLeastOne when arguments.Count == 0:
                throw new UsageException("requires at least 1 arg(s), only received 0");
            case ArgumentRule.ExactlyOne when arguments.Count != 1:
                throw new UsageException($"accepts 1 arg(s), received {arguments.Count}");
            default:
                return;
        }
    }

    private static void CheckRequired(FlagSet flags)
    {
        var missing = flags.Sorted.Where(flag => flag.IsRequired && !flag.IsChanged).Select(flag => flag.Name).ToList();
        if (missing.Count > 0)
        {
            throw new UsageException($"required flag(s) \"{string.Join("\", \"", missing)}\" not set");
        }
    }

    private void ShowHelp(Command command)
    {
        if (_style == HelpStyle.CobraWithSummary && command.Summary.Length > 0)
        {
            _console.Write($"{command.Summary}\n\n");
        }

        _console.Write(_style == HelpStyle.Etcd ? EtcdPage.Of(command, _version) : CobraPage.Of(command));
        _console.Flush();
    }

    // With an error: etcdctl's own page goes to standard output even then.
    private void ShowUsage(Command command)
    {
        if (_style == HelpStyle.Etcd)
        {
            ShowHelp(command);
            return;
        }

        _console.WriteError(CobraPage.Of(command));
    }

    private int Leave(ExitException exit)
    {
        try
        {
            _console.Flush();
        }
        catch (Exception problem) when (problem is BrokenPipeException or ExitException)
        {
            // The exit code that is being reported matters more.
        }

        if (exit.HasMessage)
        {
            _console.WriteErrorLine($"Error: {exit.Message}");
        }

        return exit.Code;
    }
}
