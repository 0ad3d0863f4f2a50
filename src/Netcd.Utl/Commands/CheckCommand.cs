using System.Globalization;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Offline.Checking;
using Netcd.Offline.Terminal;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary><c>check v2store</c> as etcd 3.5 has it, and <c>check db</c> of our own.</summary>
internal static class CheckCommand
{
    internal static Command Create() =>
        new Command("check <subcommand>", "commands for checking properties").Add(V2Store(), Database());

    private static Command V2Store()
    {
        var command = new Command("v2store", "Check custom content in v2store")
        {
            Run = invocation => OfflineWork.RunAsync(invocation, tools =>
            {
                V2StoreCheck.Run(tools, invocation.Text("data-dir"), invocation.Text("wal-dir"));
                invocation.Console.WriteLine("No custom content found in v2store.");
            }),
        };
        command.Flags.String("data-dir", "", "Required. A data directory not in use by etcd.").IsRequired = true;
        command.Flags.String("wal-dir", "", "Optional. A dedicated WAL directory.");
        return command;
    }

    private static Command Database()
    {
        var command = new Command("db <filename>", "Checks every page and record of a database file")
        {
            Description = "The file is a snapshot or the file member/snap/db of a data directory not in use by etcd. "
                + "The exit code is 1 if a problem is found.",
            Run = RunDatabaseAsync,
        };
        command.Flags.String("data-dir", "", "A data directory not in use by etcd, in place of a file.");
        return command;
    }

    private static Task RunDatabaseAsync(Invocation invocation)
    {
        var directory = invocation.Text("data-dir");
        if (invocation.Arguments.Count + (directory.Length > 0 ? 1 : 0) != 1)
        {
            throw new ExitException(ExitCodes.BadArguments, "check db requires exactly one file, or --data-dir");
        }

        var path = directory.Length > 0 ? directory.TrimEnd('/') + "/member/snap/db" : invocation.Arguments[0];
        var isJson = OutputFormats.IsJson(invocation);
        return OfflineWork.RunAsync(invocation, tools =>
        {
            var report = DatabaseCheck.Run(tools, path);
            if (isJson)
            {
                PrintJson(invocation.Console, report);
            }
            else
            {
                Print(invocation.Console, report);
            }

            if (!report.IsSound)
            {
                throw new ExitException(
                    ExitCodes.Error, $"{Count(report.Problems.Count, "problem")} found in {path}");
            }
        });
    }

    private static void Print(ProgramConsole console, DatabaseReport report)
    {
        if (report.Pages > 0)
        {
            console.WriteLine(
                $"{report.Path}: {report.Pages} pages, {HumanBytes.Format((ulong)report.SizeBytes)}, "
                + $"transaction {report.TxId}");
        }

        foreach (var (name, records) in report.Buckets)
        {
            console.WriteLine($"bucket {name}: {Count(records, "record")}");
        }

        foreach (var problem in report.Problems)
        {
            console.WriteLine(
                problem.Place.Length > 0 ? $"problem: {problem} ({problem.Place})" : $"problem: {problem}");
        }

        if (report.IsSound)
        {
            console.WriteLine("sound");
        }
    }

    private static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static void PrintJson(ProgramConsole console, DatabaseReport report)
    {
        var json = new GoJsonWriter().BeginObject()
            .Name("path").String(report.Path)
            .Name("sound").Bool(report.IsSound)
            .Name("pages").Number(report.Pages)
            .Name("totalSize").Number(report.SizeBytes)
            .Name("txId").Number(report.TxId.Value)
            .Name("buckets").BeginObject();
        foreach (var (name, records) in report.Buckets)
        {
            json.Name(name).Number(records);
        }

        json.EndObject().Name("problems").BeginArray();
        foreach (var problem in report.Problems)
        {
            json.BeginObject();
            if (problem.Page is { } page)
            {
                json.Name("page").Number(page.Value);
            }

            json.Name("place").String(problem.Place).Name("reason").String(problem.Reason).EndObject();
        }

        console.WriteLine(json.EndArray().EndObject().ToString());
    }
}
