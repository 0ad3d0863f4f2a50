using System.Globalization;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Terminal;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary>Source: etcdutl/etcdutl/snapshot_command.go and printer*.go.</summary>
internal static class SnapshotCommand
{
    private const string DefaultUrl = "http://localhost:2380";

    private static readonly string[] StatusTitles = ["hash", "revision", "total keys", "total size"];

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
            if (invocation.Arguments.Count != 1)
            {
                throw new ExitException(
                    ExitCodes.BadArguments, "snapshot status requires exactly one argument");
            }

            var format = OutputFormats.Of(invocation);
            return OfflineWork.RunAsync(
                invocation,
                tools => Print(
                    invocation.Console, format, SnapshotStatusReader.Read(tools, invocation.Arguments[0])));
        },
    };

    private static Command Restore()
    {
        var command = new Command(
            "restore <filename> --data-dir {output dir} [options]",
            "Restores an etcd member snapshot to an etcd directory")
        {
            Run = RunRestoreAsync,
        };
        var flags = command.Flags;
        flags.String("data-dir", "", "Path to the output data directory").IsRequired = true;
        flags.String("wal-dir", "", "Path to the WAL directory (use --data-dir if none given)");
        flags.String("initial-cluster", $"default={DefaultUrl}", "Initial cluster configuration for restore bootstrap");
        flags.String(
            "initial-cluster-token",
            "etcd-cluster",
            "Initial cluster token for the etcd cluster during restore bootstrap");
        flags.String(
            "initial-advertise-peer-urls",
            DefaultUrl,
            "List of this member's peer URLs to advertise to the rest of the cluster");
        flags.String("name", "default", "Human-readable name for this member");
        flags.Bool(
            "skip-hash-check",
            false,
            "Ignore snapshot integrity hash value (required if copied from data directory)");
        flags.UInt64(
            "initial-memory-map-size",
            RestoreOptions.DefaultInitialMemoryMapSize,
            "Initial memory map size of the database in bytes. It uses the default value if not defined or defined to "
            + "0");
        flags.UInt64("bump-revision", 0, "How much to increase the latest revision after restore");
        flags.Bool(
            "mark-compacted",
            false,
            "Mark the latest revision after restore as the point of scheduled compaction "
            + "(required if --bump-revision > 0, disallowed otherwise)");
        return command;
    }

    private static Task RunRestoreAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw new ExitException(ExitCodes.BadArguments, "snapshot restore requires exactly one argument");
        }

        var bump = invocation.Unsigned("bump-revision");
        if (bump > 0 != invocation.Bool("mark-compacted"))
        {
            throw new ExitException(
                ExitCodes.BadArguments, "--mark-compacted required if --revision-bump > 0");
        }

        var name = invocation.Text("name");
        var data = invocation.Text("data-dir");
        var options = new RestoreOptions
        {
            SnapshotPath = invocation.Arguments[0],
            Name = name,
            DataDirectory = data.Length > 0 ? data : name + ".etcd",
            WalDirectory = invocation.Text("wal-dir"),
            InitialCluster = invocation.Text("initial-cluster"),
            InitialClusterToken = invocation.Text("initial-cluster-token"),
            InitialAdvertisePeerUrls = invocation.Text("initial-advertise-peer-urls"),
            SkipHashCheck = invocation.Bool("skip-hash-check"),
            InitialMemoryMapSize = invocation.Unsigned("initial-memory-map-size"),
            BumpRevision = bump,
            MarkCompacted = invocation.Bool("mark-compacted"),
        };
        return OfflineWork.RunInterruptiblyAsync(
            invocation, (tools, cancellation) => new SnapshotRestore(tools, options).RunAsync(cancellation));
    }

    private static void Print(ProgramConsole console, OutputFormat format, SnapshotStatus status)
    {
        string[] cells =
        [
            status.Hash.ToString("x", CultureInfo.InvariantCulture),
            status.Revision.ToString(CultureInfo.InvariantCulture),
            status.TotalKeys.ToString(CultureInfo.InvariantCulture),
            HumanBytes.Format((ulong)status.TotalSizeBytes),
        ];
        switch (format)
        {
            case OutputFormat.Simple:
                console.WriteLine(string.Join(", ", cells));
                break;
            case OutputFormat.Fields:
                console.WriteLine($"\"Hash\" : {status.Hash}");
                console.WriteLine($"\"Revision\" : {status.Revision}");
                console.WriteLine($"\"Keys\" : {status.TotalKeys}");
                console.WriteLine($"\"Size\" : {status.TotalSizeBytes}");
                break;
            case OutputFormat.Json:
                console.WriteLine(new GoJsonWriter().BeginObject()
                    .Name("hash").Number((ulong)status.Hash)
                    .Name("revision").Number(status.Revision)
                    .Name("totalKey").Number(status.TotalKeys)
                    .Name("totalSize").Number(status.TotalSizeBytes)
                    .EndObject().ToString());
                break;
            case OutputFormat.Table:
                console.Write(BoxTable.Format(StatusTitles, [cells]));
                break;
            default:
                throw OutputFormats.Unsupported(format);
        }
    }
}
