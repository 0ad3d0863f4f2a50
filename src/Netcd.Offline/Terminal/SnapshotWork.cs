using System.Globalization;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.CommandLine.Output;
using Netcd.Offline.Snapshots;

namespace Netcd.Offline.Terminal;

/// <summary>
/// The commands about snapshots that etcdutl has and etcdctl 3.5 has too; source: etcdutl/etcdutl/snapshot_command.go
/// and printer*.go.
/// </summary>
public static class SnapshotWork
{
    private const string DefaultUrl = "http://localhost:2380";

    private static readonly string[] StatusTitles = ["hash", "revision", "total keys", "total size"];

    /// <param name="format">A name of <c>--write-out</c>'s.</param>
    public static Task StatusAsync(Invocation invocation, string format)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw new ExitException(ExitCodes.BadArguments, "snapshot status requires exactly one argument");
        }

        return OfflineWork.RunAsync(
            invocation,
            tools =>
            {
                var status = SnapshotStatusReader.Read(tools, invocation.Arguments[0]);
                Print(invocation.Console, format, status);
            });
    }

    /// <summary>The flags of a restore but the data directory, which the tools describe differently.</summary>
    /// <param name="memoryMapSize">The default, of which nothing depends.</param>
    public static void AddRestoreFlags(FlagSet flags, ulong memoryMapSize)
    {
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
            memoryMapSize,
            "Initial memory map size of the database in bytes. It uses the default value if not defined or defined to "
            + "0");
        flags.UInt64("bump-revision", 0, "How much to increase the latest revision after restore");
        flags.Bool(
            "mark-compacted",
            false,
            "Mark the latest revision after restore as the point of scheduled compaction "
            + "(required if --bump-revision > 0, disallowed otherwise)");
    }

    public static Task RestoreAsync(Invocation invocation)
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
        };
        return OfflineWork.RunInterruptiblyAsync(
            invocation, (tools, cancellation) => new SnapshotRestore(tools, options).RunAsync(cancellation));
    }

    private static void Print(ProgramConsole console, string format, SnapshotStatus status)
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
            case "simple":
                console.WriteLine(string.Join(", ", cells));
                break;
            case "fields":
                console.WriteLine($"\"Hash\" : {status.Hash}");
                console.WriteLine($"\"Revision\" : {status.Revision}");
                console.WriteLine($"\"Keys\" : {status.TotalKeys}");
                console.WriteLine($"\"Size\" : {status.TotalSizeBytes}");
                break;
            case "json":
                console.WriteLine(new GoJsonWriter().BeginObject()
                    .Name("hash").Number((ulong)status.Hash)
                    .Name("revision").Number(status.Revision)
                    .Name("totalKey").Number(status.TotalKeys)
                    .Name("totalSize").Number(status.TotalSizeBytes)
                    .EndObject().ToString());
                break;
            case "table":
                console.Write(BoxTable.Format(StatusTitles, [cells]));
                break;
            default:
                throw new ExitException(
                    ExitCodes.BadFeature,
                    format == "protobuf"
                        ? "protobuf not supported as output format"
                        : "unsupported output format");
        }
    }
}
