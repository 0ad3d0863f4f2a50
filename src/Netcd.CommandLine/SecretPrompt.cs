using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Netcd.CommandLine;

/// <summary>
/// Reads a password without showing it: stty turns the echo of the terminal off and on again, as the tools of real etcd
/// do it. On an input that is no terminal it asks too, and reads the line as it comes.
/// </summary>
internal static class SecretPrompt
{
    public static string Ask(ProgramConsole? console, string prompt)
    {
        ArgumentNullException.ThrowIfNull(console);
        console.Write(prompt);
        console.Flush();
        var isTerminal = console.IsInputTerminal;

        // Who gives up at the prompt gets a terminal back that shows what is typed.
        using var interrupt = isTerminal ? RestoreAt(PosixSignal.SIGINT) : null;
        using var terminate = isTerminal ? RestoreAt(PosixSignal.SIGTERM) : null;
        if (isTerminal)
        {
            SetEcho("-echo");
        }

        try
        {
            return console.ReadLine()?.TrimEnd('\r') ?? "";
        }
        finally
        {
            if (isTerminal)
            {
                SetEcho("echo");
            }

            console.WriteLine();
            console.Flush();
        }
    }

    private static PosixSignalRegistration RestoreAt(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, _ => SetEcho("echo"));

    private static void SetEcho(string mode)
    {
        try
        {
            using var stty = Process.Start(new ProcessStartInfo("/bin/stty", mode) { UseShellExecute = false });
            stty?.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception problem)
        {
            var turn = mode == "echo" ? "on" : "off";
            throw new ExitException(
                ExitCodes.Error, $"failed turning {turn} console echo for password entry:\n\t{problem.Message}");
        }
    }
}
