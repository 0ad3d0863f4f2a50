using Netcd.CommandLine;
using Netcd.Offline.Terminal;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>
/// etcdutl's command, which etcdctl 3.5 still has; source: etcdctl/ctlv3/command/snapshot_command.go.
/// </summary>
internal static class SnapshotRestoreCommand
{
    public static Command Create()
    {
        var command = new Command(
            "restore <filename> [options]", "Restores an etcd member snapshot to an etcd directory")
        {
            Description = "Moved to `etcdutl snapshot restore ...`",
            Run = RunAsync,
        };
        command.Flags.String("data-dir", "", "Path to the data directory");
        SnapshotWork.AddRestoreFlags(command.Flags, memoryMapSize: 0);
        return command;
    }

    private static Task RunAsync(Invocation invocation)
    {
        invocation.Console.WriteErrorLine("Deprecated: Use `etcdutl snapshot restore` instead.\n");
        return SnapshotWork.RestoreAsync(invocation);
    }
}
