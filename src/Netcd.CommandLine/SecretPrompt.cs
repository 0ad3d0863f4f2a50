using System.Diagnostics;

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
        var isTerminal = !Console.IsInputRedirected;
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
