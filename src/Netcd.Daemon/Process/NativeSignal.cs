using System.Runtime.InteropServices;

namespace Netcd.Daemon.Process;

/// <summary>
/// Ends the process by the signal it received, so that the parent sees what it sees of etcd: death by SIGTERM is a
/// clean stop for systemd, an exit code of 143 is not.
/// </summary>
internal static class NativeSignal
{
    public static int NumberOf(PosixSignal signal) => signal == PosixSignal.SIGINT ? 2 : 15;

    /// <summary>
    /// Restores the default action and raises the signal; as process 1, where that has no effect, exits with 0.
    /// </summary>
    public static void Reraise(int number)
    {
        if (Environment.ProcessId == 1)
        {
            Environment.Exit(0);
        }

        _ = signal(number, 0);
        _ = kill(Environment.ProcessId, number);
    }

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // The generated form needs unsafe code; the names are libc's.
    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint signal(int number, nint handler);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int kill(int processId, int number);
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
