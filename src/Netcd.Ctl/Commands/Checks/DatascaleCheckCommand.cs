using System.Globalization;
using System.Threading.Channels;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>
/// Writes many keys and tells how much memory the member takes for them; source: etcdctl/ctlv3/command/check.go.
/// </summary>
internal static class DatascaleCheckCommand
{
    private const int KeyBytes = 512;
    private const int ValueBytes = 512;
    private const double BytesPerMebibyte = 1024 * 1024;

    public static Command Create()
    {
        var command = new Command(
            "datascale [options]",
            "Check the memory usage of holding data for different workloads on a given server endpoint.")
        {
            Description = "If no endpoint is provided, localhost will be used. "
                + "If multiple endpoints are provided, first endpoint will be used.",
            Run = RunAsync,
        };
        CheckFlags.Add(command.Flags, "datascale", "datascale");
        return command;
    }

    private static Task RunAsync(Invocation invocation)
    {
        var model = LoadModel.Datascale(invocation.Text(CheckFlags.Load));
        return CommandSession.RunAsync(invocation, session => RunAsync(invocation, session, model));
    }

    /// <summary>The check with a load of any size.</summary>
    internal static async Task RunAsync(Invocation invocation, CommandSession session, LoadModel model)
    {
        var prefix = invocation.Text(CheckFlags.Prefix);
        var client = await session.ConnectAsync();
        var run = new CheckRun(session, client, prefix);
        using var signals = new SignalScope(invocation.Cancellation, endsAtSecond: true);
        await run.RequireEmptyAsync($"etcdctl del --prefix {prefix}", signals.Token);
        var memory = new MemoryMetric(session.Console, session.Endpoints[0], client.Options.Tls);
        var before = await RequireMemoryAsync(session.Console, memory, "before");
        session.Console.WriteLine(
            $"Start data scale check for work load [{model.Limit} key-value pairs, {KeyBytes + ValueBytes} bytes per "
            + $"key-value, {model.Clients} concurrent clients].");
        session.Console.Flush();
        using (var progress = new ProgressBar(session.Console, TimeProvider.System, TimeSpan.Zero))
        {
            var done = 0;
            await run.WriteAsync(
                model.Clients, KeyBytes, ValueBytes, due => AllAsync(due, model.Limit, signals.Token),
                () => progress.Report(
                    "datascale",
                    Interlocked.Increment(ref done) * (long)(KeyBytes + ValueBytes),
                    model.Limit * (long)(KeyBytes + ValueBytes)));
        }

        var after = await RequireMemoryAsync(session.Console, memory, "after");
        await run.CleanUpAsync(invocation.Bool(CheckFlags.Compact), invocation.Bool(CheckFlags.Defragment));

        if (!run.TellErrors())
        {
            throw new ExitException(ExitCodes.Error);
        }

        var used = ((after - before) / BytesPerMebibyte).ToString("F2", CultureInfo.InvariantCulture);
        session.Console.WriteLine($"PASS: Approximate system memory used : {used} MB.");
    }

    private static async Task AllAsync(ChannelWriter<bool> due, int count, CancellationToken stop)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                await due.WriteAsync(true, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped early: what was written is cleaned up.
        }
    }

    private static async Task<double> RequireMemoryAsync(ProgramConsole console, MemoryMetric memory, string when)
    {
        var bytes = await memory.ReadAsync();
        if (bytes == 0)
        {
            console.WriteLine($"FAIL: Could not read {MemoryMetric.Name} {when} the put operations.");
            throw new ExitException(ExitCodes.Error);
        }

        return bytes;
    }
}
