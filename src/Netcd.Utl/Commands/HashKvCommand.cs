using System.Globalization;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Mvcc;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Terminal;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary>Source: etcd 3.6's etcdutl/etcdutl/hashkv_command.go.</summary>
internal static class HashKvCommand
{
    private static readonly string[] Titles = ["hash", "hash revision", "compact revision"];

    internal static Command Create()
    {
        var command = new Command("hashkv <filename>", "Prints the KV history hash of a given file")
        {
            Arguments = ArgumentRule.ExactlyOne,
            Run = invocation =>
            {
                var format = OutputFormats.Of(invocation);
                return OfflineWork.RunAsync(
                    invocation,
                    tools => Print(
                        invocation.Console,
                        format,
                        HashReader.Read(tools, invocation.Arguments[0], invocation.Number("rev"))));
            },
        };
        command.Flags.Int64("rev", 0, "maximum revision to hash (default: latest revision)");
        return command;
    }

    private static void Print(ProgramConsole console, OutputFormat format, KeyValueHash hash)
    {
        string[] cells =
        [
            hash.Hash.ToString(CultureInfo.InvariantCulture),
            hash.Revision.ToString(CultureInfo.InvariantCulture),
            hash.CompactRevision.ToString(CultureInfo.InvariantCulture),
        ];
        switch (format)
        {
            case OutputFormat.Simple:
                console.WriteLine(string.Join(", ", cells));
                break;
            case OutputFormat.Fields:
                console.WriteLine($"\"Hash\" : {hash.Hash}");
                console.WriteLine($"\"Hash revision\" : {hash.Revision}");
                console.WriteLine($"\"Compact revision\" : {hash.CompactRevision}");
                break;
            case OutputFormat.Json:
                console.WriteLine(new GoJsonWriter().BeginObject()
                    .Name("hash").Number((ulong)hash.Hash)
                    .Name("hashRevision").Number(hash.Revision)
                    .Name("compactRevision").Number(hash.CompactRevision)
                    .EndObject().ToString());
                break;
            case OutputFormat.Table:
                console.Write(BoxTable.Format(Titles, [cells]));
                break;
            default:
                throw OutputFormats.Unsupported(format);
        }
    }
}
