using System.ComponentModel;
using System.Diagnostics;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>
/// Runs the command that a user gave behind a lock or a watch: our output, no input, our environment and a little more.
/// </summary>
internal static class ChildCommand
{
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;

    /// <summary>Runs it to its end.</summary>
    /// <param name="environment">Added to ours, whose variables win.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="ExitException">It could not be started; the text is Go's.</exception>
    public static async Task<int> RunAsync(
        ProgramConsole console, IReadOnlyList<string> command, IEnumerable<(string Name, string Value)> environment,
        bool oursWin)
    {
        console.Flush();
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, UseShellExecute = false };
        var words = ByteCommand.Of(command, start);
        foreach (var argument in words)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            if (!oursWin || !start.Environment.ContainsKey(name))
            {
                start.Environment[name] = value;
            }
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception problem)
        {
            throw new ExitException(ExitCodes.Error, Text(command[0], problem));
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static string Text(string program, Win32Exception problem)
    {
        var hasPath = program.Contains('/');
        return (hasPath, problem.NativeErrorCode) switch
        {
            (false, NoSuchFile) => $"exec: {GoText.Quote(program)}: executable file not found in $PATH",
            (true, NoSuchFile) => $"fork/exec {program}: no such file or directory",
            (false, AccessDenied) => $"exec: {GoText.Quote(program)}: permission denied",
            (true, _) when Directory.Exists(program) => $"fork/exec {program}: permission denied",
            (true, AccessDenied) => $"fork/exec {program}: permission denied",
            _ => $"fork/exec {program}: {problem.Message}",
        };
    }
}
