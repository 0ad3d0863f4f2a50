using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Printing;
using Netcd.Ctl.Session;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>Prints watches as they come, several side by side, and runs a command for each event.</summary>
internal sealed class WatchPrinter(CommandSession session) : IDisposable
{
    // One batch is printed, and its commands are run, before the next of any watch.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Goes on until the server ends the watch.</summary>
    public async Task RunAsync(EtcdClient client, WatchLine line, CancellationToken stop)
    {
        try
        {
            await foreach (var batch in client.Watch.WatchAsync(line.Key, line.Options, stop))
            {
                await PrintAsync(batch, line.Program, stop);
            }
        }
        catch (EtcdException problem)
        {
            session.Console.WriteErrorLine($"watch was canceled ({problem.Message})");
            await PrintAsync(
                (problem as CompactedException)?.WatchEnd
                    ?? new WatchResponse { Header = new ResponseHeader(), Canceled = true },
                [], stop);
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task PrintAsync(WatchResponse batch, IReadOnlyList<string> program, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (batch.Events.Count == 0 && !batch.Canceled && !batch.Created && batch.Header.Revision != 0)
            {
                session.Console.WriteLine($"progress notify: {batch.Header.Revision}");
            }

            session.Printer.Watch(batch);
            session.Console.Flush();
            foreach (var change in program.Count > 0 ? batch.Events : [])
            {
                await RunProgramAsync(program, batch.Header.Revision, change);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task RunProgramAsync(IReadOnlyList<string> program, long revision, Event change)
    {
        string error;
        try
        {
            var code = await ChildCommand.RunAsync(
                session.Console,
                program,
                [
                    ("ETCD_WATCH_REVISION", $"{revision}"),
                    ("ETCD_WATCH_EVENT_TYPE", $"\"{Words.Of(change.Type)}\""),
                    ("ETCD_WATCH_KEY", GoText.Quote(change.Kv.Key.Span)),
                    ("ETCD_WATCH_VALUE", GoText.Quote(change.Kv.Value.Span)),
                ],
                oursWin: false);
            if (code == 0)
            {
                return;
            }

            error = $"exit status {code}";
        }
        catch (ExitException problem)
        {
            error = problem.Message;
        }

        session.Console.WriteErrorLine(
            $"command [{string.Join(' ', program.Select(word => GoText.Quote(word)))}] error ({error})");
        throw new ExitException(ExitCodes.Error);
    }
}
