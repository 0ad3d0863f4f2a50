using Netcd.Base;
using Netcd.CommandLine;
using Netcd.Offline.Dump;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary><c>wal dump</c>, our own.</summary>
internal static class WalCommand
{
    internal static Command Create() =>
        new Command("wal <subcommand>", "Shows what is in write-ahead logs").Add(Dump());

    private static Command Dump()
    {
        var command = new Command("dump <data-dir, wal-dir or segment>", "Prints the records of a log")
        {
            Description = "Entries are decoded; passwords are not shown. Of a damaged log all is printed up to the "
                + "damage. A running member's log may be looked at.",
            Run = RunAsync,
        };
        var flags = command.Flags;
        flags.List("type", [], "Only these records: metadata, entry, state, crc, snapshot");
        flags.UInt64("start-index", 0, "First entry");
        flags.UInt64("end-index", 0, "Last entry (default: the last one)");
        flags.UInt64("term", 0, "Only entries of this term");
        flags.String("contains", "", "Only entries whose text has this in it, e.g. a key or the name of a request");
        flags.Bool("full", false, "Print long values whole");
        return command;
    }

    private static Task RunAsync(Invocation invocation)
    {
        var path = DumpWork.PathOf(invocation, "wal dump");
        var types = invocation.List("type");
        if (types.FirstOrDefault(type => !WalDumpOptions.TypeNames.Contains(type)) is { } unknown)
        {
            throw new ExitException(
                ExitCodes.BadArguments,
                $"unknown type of record \"{unknown}\", expected one of {string.Join(", ", WalDumpOptions.TypeNames)}");
        }

        var end = invocation.Unsigned("end-index");
        var options = new WalDumpOptions
        {
            Path = path,
            Types = types,
            StartIndex = new LogIndex(invocation.Unsigned("start-index")),
            EndIndex = new LogIndex(end > 0 ? end : ulong.MaxValue),
            Term = new Term(invocation.Unsigned("term")),
            Contains = invocation.Text("contains") is { Length: > 0 } part ? part : null,
            IsFull = invocation.Bool("full"),
            IsJson = OutputFormats.IsJson(invocation),
        };
        return DumpWork.RunAsync(invocation, (tools, output) => new WalDump(tools, options, output).Run());
    }
}
