using System.Runtime.InteropServices;
using Netcd.CommandLine;
using Netcd.Disk;

namespace Netcd.Offline.Terminal;

/// <summary>Runs an operation for a command: its log, its progress, and what its failures end with.</summary>
public static class OfflineWork
{
    private const int SignalExitBase = 128;

    /// <param name="invocation">The command.</param>
    /// <param name="operation">What it does.</param>
    /// <param name="describe">Puts a failure into the command's own words; null to take it as it is.</param>
    public static Task RunAsync(
        Invocation invocation, Action<OfflineTools> operation, Func<string, string>? describe = null) =>
        RunAsync(
            invocation,
            (tools, _) =>
            {
                operation(tools);
                return Task.CompletedTask;
            },
            describe);

    /// <summary>The same for an operation that tidies up when it is interrupted.</summary>
    public static async Task RunInterruptiblyAsync(
        Invocation invocation, Func<OfflineTools, CancellationToken, Task> operation,
        Func<string, string>? describe = null)
    {
        using var interrupted = new CancellationTokenSource();
        var signal = 0;
        void Interrupt(PosixSignalContext context, int number)
        {
            context.Cancel = true;
            signal = number;
            interrupted.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Interrupt(context, 2));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Interrupt(context, 15));
        try
        {
            await RunAsync(invocation, (tools, _) => operation(tools, interrupted.Token), describe);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            throw new ExitException(SignalExitBase + signal, "interrupted; nothing was changed");
        }
    }

    private static async Task RunAsync(
        Invocation invocation, Func<OfflineTools, CancellationToken, Task> operation, Func<string, string>? describe)
    {
        try
        {
            using var progress = new ProgressBar(invocation.Console, TimeProvider.System);
            var tools = new OfflineTools(RealDisk.Instance)
            {
                Log = new OfflineLog(invocation.Console, TimeProvider.System),
                Progress = progress,
            };
            await operation(tools, invocation.Cancellation);
        }
        catch (Exception problem) when (problem is OfflineException or IOException or UnauthorizedAccessException)
        {
            var message = problem.Message;
            throw new ExitException(ExitCodes.Error, describe is null ? message : describe(message));
        }
    }
}
