using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>
/// The interactive mode: each line begins a watch, whose events are printed while further lines are read, or asks how
/// far all watches are.
/// </summary>
internal sealed class WatchShell(
    CommandSession session, EtcdClient client, string key, string end, Action<FlagSet> addFlags)
{
    private readonly TaskCompletionSource<Exception> _failed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads lines until the input ends, which is an error.</summary>
    public async Task RunAsync(CancellationToken outer)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(outer);
        using var printer = new WatchPrinter(session);
        var watches = new List<Task>();
        try
        {
            while (true)
            {
                // Reading blocks; events are printed meanwhile.
                var reading = Task.Run(session.Console.ReadTerminatedLine, CancellationToken.None);
                if (await Task.WhenAny(reading, _failed.Task) == _failed.Task)
                {
                    throw await _failed.Task;
                }

                var line = await reading
                    ?? throw new ExitException(ExitCodes.InvalidInput, "error reading watch request line: EOF");
                if (await TakeAsync(line) is { } watch)
                {
                    watches.Add(WatchAsync(printer, watch, stop.Token));
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches);
        }
    }

    private async Task<WatchLine?> TakeAsync(string line)
    {
        var words = ShellWords.Split(line);
        switch (words.FirstOrDefault(""))
        {
            case "" when words.Count == 0:
                Say($"Invalid command: {line} (watch and progress supported)");
                return null;
            case "watch" when words.Count < 2 && key.Length == 0:
                Say($"Invalid command {line} (command type or key is not provided)");
                return null;
            case "watch":
                return Parse(line, words);
            case "progress":
                await AskProgressAsync();
                return null;
            default:
                Say($"Invalid command {line} (only support watch)");
                return null;
        }
    }

    private WatchLine? Parse(string line, List<string> words)
    {
        try
        {
            var flags = new FlagSet();
            addFlags(flags);
            var arguments = FlagParser.Parse([.. words.Skip(1)], flags, out var beforeDashes);
            return WatchLine.Parse(arguments, beforeDashes, flags, key, end, isInteractive: true);
        }
        catch (WatchLineException problem)
        {
            Say($"Invalid command {line} ({problem.Message})");
            return null;
        }
        catch (FlagException problem)
        {
            throw Arguments.Bad(problem.Message);
        }
    }

    private async Task AskProgressAsync()
    {
        try
        {
            await client.Watch.RequestProgressAsync();
        }
        catch (InvalidOperationException)
        {
            // Nothing is watched: nobody would be told.
        }
    }

    private async Task WatchAsync(WatchPrinter printer, WatchLine line, CancellationToken stop)
    {
        try
        {
            await printer.RunAsync(client, line, stop);
        }
        catch (OperationCanceledException)
        {
            // The shell ends.
        }
        catch (Exception problem) when (problem is ExitException or BrokenPipeException)
        {
            _failed.TrySetResult(problem);
        }
    }

    private void Say(string text) => session.Console.WriteErrorLine(text);
}
