using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Netcd.Offline.Terminal;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>
/// etcdutl's command, which etcdctl 3.5 still has; source: etcdctl/ctlv3/command/snapshot_command.go.
/// </summary>
internal static class SnapshotStatusCommand
{
    public static Command Create() =>
        new("status <filename>", "[deprecated] Gets backend snapshot status of a given file")
        {
            Description =
                "When --write-out is set to simple, this command prints out comma-separated status lists for "
                + "each endpoint.\nThe items in the lists are hash, revision, total keys, total size.\n\n"
                + "Moved to 'etcdutl snapshot status ...'",
            Run = RunAsync,
        };

    private static Task RunAsync(Invocation invocation)
    {
        invocation.Console.WriteErrorLine("Deprecated: Use `etcdutl snapshot status` instead.\n");
        return SnapshotWork.StatusAsync(invocation, invocation.Text(GlobalFlags.WriteOut));
    }
}
