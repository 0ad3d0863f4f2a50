using Netcd.CommandLine;

namespace Netcd.Proxy.Start;

/// <summary>Ends that Go's sub-commands make without cobra's <c>Error:</c>.</summary>
internal static class Refusal
{
    /// <summary>The line on standard error, exit code 1.</summary>
    public static ExitException Line(Invocation invocation, string line)
    {
        invocation.Console.WriteErrorLine(line);
        return new ExitException(ExitCodes.Error);
    }

    /// <summary>The words on standard error without an end of line, exit code 1.</summary>
    public static ExitException Bare(Invocation invocation, string words)
    {
        invocation.Console.WriteError(words);
        return new ExitException(ExitCodes.Error);
    }

    /// <summary>The line on standard output, exit code 1.</summary>
    public static ExitException OutputLine(Invocation invocation, string line)
    {
        invocation.Console.WriteLine(line);
        return new ExitException(ExitCodes.Error);
    }

    /// <summary>Go's log.Fatal: the line behind date and time, exit code 1.</summary>
    public static ExitException Fatal(Invocation invocation, TimeProvider time, string line) =>
        Line(invocation, $"{time.GetLocalNow():yyyy/MM/dd HH:mm:ss} {line}");
}
