using Netcd.Base;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Disk;

namespace Netcd.Offline.Terminal;

/// <summary>Runs an operation for a command: its log, its progress, and what its failures end with.</summary>
public static class OfflineWork
{
    // Work that is done sooner needs no bar.
    private static readonly TimeSpan SilentTime = TimeSpan.FromMilliseconds(500);

    /// <param name="invocation">The command.</param>
    /// <param name="operation">What it does.</param>
    public static Task RunAsync(Invocation invocation, Action<OfflineTools> operation) =>
        RunAsync(
            invocation,
            tools =>
            {
                operation(tools);
                return Task.CompletedTask;
            },
            describe: null);

    /// <summary>The same for an operation that tidies up when it is interrupted.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="operation">What it does.</param>
    /// <param name="describe">Puts a failure into the command's own words; null to take it as it is.</param>
    public static async Task RunInterruptiblyAsync(
        Invocation invocation, Func<OfflineTools, CancellationToken, Task> operation,
        Func<string, string>? describe = null)
    {
        using var signals = new SignalScope(invocation.Cancellation);
        try
        {
            await RunAsync(invocation, tools => operation(tools, signals.Token), describe);
        }
        catch (OperationCanceledException) when (signals.IsSignalled)
        {
            throw signals.Interrupted("interrupted; nothing was changed");
        }
    }

    private static async Task RunAsync(
        Invocation invocation, Func<OfflineTools, Task> operation, Func<string, string>? describe)
    {
        try
        {
            using var progress = new ProgressBar(invocation.Console, TimeProvider.System, SilentTime);
            await operation(new OfflineTools(RealDisk.Instance)
            {
                Log = new OfflineLog(invocation.Console, TimeProvider.System),
                Progress = progress.Report,
            });
        }
        catch (Exception problem) when (problem is OfflineException or CorruptionException or IOException
            or UnauthorizedAccessException)
        {
            throw new ExitException(ExitCodes.Error, describe is null ? problem.Message : describe(problem.Message));
        }
    }
}
