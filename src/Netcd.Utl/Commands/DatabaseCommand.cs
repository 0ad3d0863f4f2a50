using Netcd.CommandLine;
using Netcd.Offline.Dump;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary><c>db dump</c>, our own.</summary>
internal static class DatabaseCommand
{
    internal static Command Create() =>
        new Command("db <subcommand>", "Shows what is in database files").Add(Dump());

    private static Command Dump()
    {
        var command = new Command("dump <filename or data-dir>", "Prints buckets and records, keys by revision")
        {
            Description = "The file is a snapshot or the file member/snap/db of a data directory not in use by etcd. "
                + "Of a damaged file all is printed up to the damage.",
            Run = RunAsync,
        };
        var flags = command.Flags;
        flags.List("bucket", [], "Only these buckets, e.g. key,lease");
        flags.String("key", "", "Of bucket key only this key");
        flags.String("prefix", "", "Of bucket key only keys with this prefix");
        flags.Int64("start-rev", 0, "First revision of bucket key");
        flags.Int64("end-rev", 0, "Last revision of bucket key (default: the latest)");
        flags.Int64("limit", 0, "Most records of each bucket");
        flags.Bool("keys-only", false, "Leave values out");
        flags.Bool("full", false, "Print long values whole");
        return command;
    }

    private static Task RunAsync(Invocation invocation)
    {
        var path = DumpWork.PathOf(invocation, "db dump");
        var end = invocation.Number("end-rev");
        var options = new DatabaseDumpOptions
        {
            Path = path,
            Buckets = invocation.List("bucket"),
            Key = invocation.Changed("key") ? invocation.Text("key") : null,
            Prefix = invocation.Changed("prefix") ? invocation.Text("prefix") : null,
            StartRevision = invocation.Number("start-rev"),
            EndRevision = end > 0 ? end : long.MaxValue,
            Limit = invocation.Number("limit"),
            KeysOnly = invocation.Bool("keys-only"),
            IsFull = invocation.Bool("full"),
            IsJson = OutputFormats.IsJson(invocation),
        };
        return DumpWork.RunAsync(invocation, (tools, output) => new DatabaseDump(tools, options, output).Run());
    }
}
