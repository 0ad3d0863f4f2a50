using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>
/// Watches keys named by arguments or environment, or many that lines of the input ask for; source:
/// etcdctl/ctlv3/command/watch_command.go.
/// </summary>
internal static class WatchCommand
{
    private const string KeyVariable = "ETCDCTL_WATCH_KEY";
    private const string EndVariable = "ETCDCTL_WATCH_RANGE_END";

    public static Command Create()
    {
        var command = new Command(
            "watch [options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...]",
            "Watches events stream on keys or prefixes")
        {
            Run = RunAsync,
        };
        AddFlags(command.Flags);
        return command;
    }

    private static void AddFlags(FlagSet flags)
    {
        flags.Bool("interactive", false, "Interactive mode", 'i');
        flags.Bool("prefix", false, "Watch on a prefix if prefix is set");
        flags.Int64("rev", 0, "Revision to start watching");
        flags.Bool("prev-kv", false, "get the previous key-value pair before the event happens");
        flags.Bool("progress-notify", false, "get periodic watch progress notification from server");
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var environment = invocation.Console.Environment;
        var key = environment.GetValueOrDefault(KeyVariable, "");
        var end = environment.GetValueOrDefault(EndVariable, "");
        if (key.Length == 0 && end.Length > 0)
        {
            throw Arguments.Bad(
                $"{KeyVariable} is empty but got {EndVariable}={Base.GoSyntax.GoText.Quote(end)}");
        }

        var isInteractive = invocation.Bool("interactive");
        var request = isInteractive
            ? null
            : WatchLine.Parse(
                invocation.Arguments, invocation.ArgumentsBeforeDashes, invocation.Flags, key, end,
                isInteractive: false);
        await using var session = await CommandSession.OpenAsync(invocation, KeyVariable, EndVariable);
        var client = (await session.ConnectAsync()).WithRequireLeader();
        if (isInteractive)
        {
            await new WatchShell(session, client, key, end, AddFlags).RunAsync(invocation.Cancellation);
            return;
        }

        using var printer = new WatchPrinter(session);
        await printer.RunAsync(client, request!, invocation.Cancellation); // Not null: not interactive.
        throw new ExitException(ExitCodes.Interrupted, "watch is canceled by the server");
    }
}
