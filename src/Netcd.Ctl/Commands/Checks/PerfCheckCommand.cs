using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>
/// Writes at a steady rate for a minute and judges rate and latency; source: etcdctl/ctlv3/command/check.go.
/// </summary>
internal static class PerfCheckCommand
{
    private const int KeyBytes = 256;
    private const int ValueBytes = 1024;
    private const double RateShareMin = 0.9;
    private const double SlowestSecondsMax = 0.5;
    private const double DeviationSecondsMax = 0.1;

    private static readonly TimeSpan PacePause = TimeSpan.FromMilliseconds(5);

    public static Command Create()
    {
        var command = new Command("perf [options]", "Check the performance of the etcd cluster")
        {
            Run = RunAsync,
        };
        CheckFlags.Add(command.Flags, "perf", "performance");
        return command;
    }

    private static Task RunAsync(Invocation invocation)
    {
        var model = LoadModel.Perf(invocation.Text(CheckFlags.Load));
        return CommandSession.RunAsync(invocation, session => RunAsync(invocation, session, model));
    }

    /// <summary>The check with a load of any size.</summary>
    internal static async Task RunAsync(Invocation invocation, CommandSession session, LoadModel model)
    {
        var prefix = invocation.Text(CheckFlags.Prefix);
        var run = new CheckRun(session, await session.ConnectAsync(), prefix);
        using var signals = new SignalScope(invocation.Cancellation, endsAtSecond: true);
        await run.RequireEmptyAsync($"'etcdctl del --prefix {prefix}'", signals.Token);
        TimeSpan took;
        using (var progress = new ProgressBar(session.Console, TimeProvider.System, TimeSpan.Zero))
        {
            var limit = TimeSpan.FromSeconds(model.Seconds);
            took = await run.WriteAsync(
                model.Clients, KeyBytes, ValueBytes,
                due => PaceAsync(due, model.Limit, limit, signals.Token),
                () => progress.Report("perf", limit));
        }

        await run.CleanUpAsync(invocation.Bool(CheckFlags.Compact), invocation.Bool(CheckFlags.Defragment));

        if (!Judge(session.Console, run, model.Limit, run.Report.Count / took.TotalSeconds))
        {
            session.Console.WriteLine("FAIL");
            throw new ExitException(ExitCodes.Error);
        }

        session.Console.WriteLine("PASS");
    }

    // What fell due while nobody looked is not made up for in one burst: writers take it as fast as they can.
    private static async Task PaceAsync(ChannelWriter<bool> due, int perSecond, TimeSpan limit, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            for (var sent = 0L; ;)
            {
                var elapsed = Stopwatch.GetElapsedTime(start);
                if (elapsed >= limit)
                {
                    return;
                }

                for (var all = (long)(elapsed.TotalSeconds * perSecond); sent < all; sent++)
                {
                    await due.WriteAsync(true, stop);
                }

                await Task.Delay(PacePause, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped early: what was written is judged and cleaned up.
        }
    }

    private static bool Judge(ProgramConsole console, CheckRun run, int limit, double rate)
    {
        var isGood = run.TellErrors();
        isGood &= Tell(
            rate / limit > RateShareMin, $"Throughput is {(int)rate + 1} writes/s",
            $"FAIL: Throughput too low: {(int)rate + 1} writes/s");
        var slowest = Number(run.Report.Slowest);
        isGood &= Tell(
            run.Report.Slowest <= SlowestSecondsMax, $"Slowest request took {slowest}s",
            $"Slowest request took too long: {slowest}s");
        var deviation = Number(run.Report.StandardDeviation);
        isGood &= Tell(
            !(run.Report.StandardDeviation > DeviationSecondsMax), $"Stddev is {deviation}s",
            $"Stddev too high: {deviation}s");
        return isGood;

        bool Tell(bool isPass, string pass, string fail)
        {
            console.WriteLine(isPass ? $"PASS: {pass}" : fail);
            return isPass;
        }
    }

    private static string Number(double value) => value.ToString("F6", CultureInfo.InvariantCulture);
}
