using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>
/// Reads a transaction line by line: comparisons, operations for the case that all hold, operations for the other case;
/// an empty line ends each; source: etcdctl/ctlv3/command/txn_command.go.
/// </summary>
internal static class TxnCommand
{
    public static Command Create()
    {
        var command = new Command("txn [options]", "Txn processes all the requests in one transaction")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("interactive", false, "Input transaction in interactive mode", 'i');
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("txn command does not accept argument");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var request = new TxnRequest();
            Prompt(invocation, "compares:");
            request.Compare.AddRange(ReadLines(invocation.Console).Select(TxnCompare.Parse));
            Prompt(invocation, "success requests (get, put, del):");
            request.Success.AddRange(ReadLines(invocation.Console).Select(line => TxnLine.Parse(line, invocation)));
            Prompt(invocation, "failure requests (get, put, del):");
            request.Failure.AddRange(ReadLines(invocation.Console).Select(line => TxnLine.Parse(line, invocation)));
            session.Printer.Txn(await client.Kv.TxnAsync(request));
        });
    }

    private static void Prompt(Invocation invocation, string text)
    {
        if (invocation.Bool("interactive"))
        {
            invocation.Console.WriteLine(text);
            invocation.Console.Flush();
        }
    }

    // Each line is understood before the next one is read: a mistake is told at once.
    private static IEnumerable<string> ReadLines(ProgramConsole console)
    {
        while (true)
        {
            var line = (console.ReadTerminatedLine() ?? throw new ExitException(ExitCodes.InvalidInput, "EOF")).Trim();
            if (line.Length == 0)
            {
                yield break;
            }

            yield return line;
        }
    }
}
