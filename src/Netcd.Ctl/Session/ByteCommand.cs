using System.Diagnostics;
using System.Globalization;
using System.Text;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>
/// Arguments and variables of a child that are not UTF-8: the framework would hand other bytes on. A shell, which is
/// told them in letters, makes the bytes and then becomes the program.
/// </summary>
internal static class ByteCommand
{
    private const string Shell = "/bin/sh";

    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // What the framework makes of a byte that is no UTF-8.
    private const char Replacement = '\uFFFD';

    /// <summary>The arguments to start with; the program to start is the shell if there are such bytes.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<string> command, ProcessStartInfo start)
    {
        var variables = start.Environment.Any(static pair => pair.Value?.Contains(Replacement) == true)
            ? Variables()
            : [];
        if ((variables.Count == 0 && !command.Any(static word => ArgumentBytes.MayHoldBytes(word)))
            || !File.Exists(Shell) || !IsThere(command[0]))
        {
            return command.Skip(1);
        }

        var script = new StringBuilder();
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf((byte)'=');
            var name = Encoding.UTF8.GetString(variable.AsSpan(0, equals));
            script.Append(CultureInfo.InvariantCulture, $"{Value(variable.AsSpan(equals + 1))}export {name}=\"$v\"\n");
        }

        script.Append("set --\n");
        foreach (var word in command)
        {
            var value = Value(ArgumentBytes.Bytes(word));
            script.Append(CultureInfo.InvariantCulture, $"{value}set -- \"$@\" \"$v\"\n");
        }

        start.FileName = Shell;
        return ["-c", script.Append("exec \"$@\"\n").ToString()];
    }

    // What cannot be started is for the framework to say.
    private static bool IsThere(string program) => program.Contains('/')
        ? IsExecutable(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(
            folder => IsExecutable(Path.Combine(folder, program)));

    private static bool IsExecutable(string file) =>
        File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != UnixFileMode.None;

    // Sets v. The full stop at the end keeps line ends, which a shell cuts off.
    private static string Value(ReadOnlySpan<byte> bytes)
    {
        var letters = new StringBuilder("v=$(printf '");
        foreach (var b in bytes)
        {
            letters.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0'));
        }

        return letters.Append(".')\nv=${v%.}\n").ToString();
    }

    // Those with a plain name whose values are not UTF-8.
    private static List<byte[]> Variables()
    {
        var found = new List<byte[]>();
        foreach (var range in Split(ReadEnvironment()))
        {
            var equals = Array.IndexOf(range, (byte)'=');
            if (equals > 0 && !System.Text.Unicode.Utf8.IsValid(range)
                && range.AsSpan(0, equals).IndexOfAnyExcept(PlainLetters) < 0 && !char.IsAsciiDigit((char)range[0]))
            {
                found.Add(range);
            }
        }

        return found;
    }

    private static System.Buffers.SearchValues<byte> PlainLetters { get; } = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"u8);

    private static byte[] ReadEnvironment()
    {
        try
        {
            return File.ReadAllBytes("/proc/self/environ");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static List<byte[]> Split(byte[] text)
    {
        var parts = new List<byte[]>();
        var rest = text.AsSpan();
        while (rest.IndexOf((byte)0) is >= 0 and var end)
        {
            parts.Add(rest[..end].ToArray());
            rest = rest[(end + 1)..];
        }

        return parts;
    }
}
