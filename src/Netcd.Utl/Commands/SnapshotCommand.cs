using Netcd.CommandLine;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Terminal;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary>Source: etcdutl/etcdutl/snapshot_command.go and printer*.go.</summary>
internal static class SnapshotCommand
{
    internal static Command Create() =>
        new Command("snapshot <subcommand>", "Manages etcd node snapshots").Add(Save(), Restore(), Status());

    private static Command Save() => new("save <filename>", "Stores an etcd node backend snapshot to a given file")
    {
        IsHidden = true,
        HidesFlagsInUsageLine = true,
        Run = invocation =>
        {
            invocation.Console.WriteErrorLine(
                "Command \"save\" is deprecated, Use `etcdctl snapshot save` to download snapshot");
            throw new ExitException(
                ExitCodes.BadArguments, "In order to download snapshot use: `etcdctl snapshot save ...`");
        },
    };

    private static Command Status() => new("status <filename>", "Gets backend snapshot status of a given file")
    {
        Description = """
            When --write-out is set to simple, this command prints out comma-separated status lists for each endpoint.
            The items in the lists are hash, revision, total keys, total size.

            """,
        Run = invocation =>
        {
            var format = OutputFormats.Of(invocation).ToString().ToLowerInvariant();
            return SnapshotWork.StatusAsync(invocation, format);
        },
    };

    private static Command Restore()
    {
        var command = new Command(
            "restore <filename> --data-dir {output dir} [options]",
            "Restores an etcd member snapshot to an etcd directory")
        {
            Run = SnapshotWork.RestoreAsync,
        };
        command.Flags.String("data-dir", "", "Path to the output data directory").IsRequired = true;
        SnapshotWork.AddRestoreFlags(command.Flags, RestoreOptions.DefaultInitialMemoryMapSize);
        return command;
    }
}
