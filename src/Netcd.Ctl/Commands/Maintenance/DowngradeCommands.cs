using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Action = Netcd.Proto.EtcdServer.DowngradeRequest.Types.DowngradeAction;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>
/// The commands of etcdctl 3.6 that prepare a cluster for an older version; source:
/// etcdctl/ctlv3/command/downgrade_command.go. They are not in the help pages, which are those of 3.5.
/// </summary>
internal static class DowngradeCommands
{
    public static Command Create() => new Command("downgrade <TARGET_VERSION>", "Downgrade related commands")
    {
        IsHidden = true,
    }.Add(
        Of("validate <TARGET_VERSION>", "Validate downgrade capability before starting downgrade", Action.Validate),
        Of("enable <TARGET_VERSION>", "Start a downgrade action to cluster", Action.Enable),
        Of("cancel", "Cancel the ongoing downgrade action to cluster", Action.Cancel));

    private static Command Of(string use, string summary, Action action) => new(use, summary)
    {
        IsHidden = true,
        Run = invocation => RunAsync(invocation, action),
    };

    private static async Task RunAsync(Invocation invocation, Action action)
    {
        var version = "";
        if (action != Action.Cancel)
        {
            version = invocation.Arguments switch
            {
                [] => throw Arguments.Bad("TARGET_VERSION not provided"),
                [var one] => one,
                _ => throw Arguments.Bad("too many arguments"),
            };
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            var answer = await client.Maintenance.DowngradeAsync(action, version);
            var deed = invocation.Command.Name;
            session.Printer.Done(
                $"Downgrade {deed} success, cluster version {answer.Version}", answer.Header, answer);
        });
    }
}
