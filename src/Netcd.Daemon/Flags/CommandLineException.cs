namespace Netcd.Daemon.Flags;

/// <summary>
/// The command line cannot be parsed: the text and the usage go to standard error, the exit code is 2.
/// </summary>
internal sealed class CommandLineException(string message) : Exception(message)
{
    /// <summary>Help was asked for; not an error.</summary>
    public bool IsHelp { get; init; }
}
