namespace Netcd.CommandLine.Completion;

/// <summary>What the shell shall do with the candidates; completion scripts know cobra's numbers.</summary>
[Flags]
internal enum ShellDirective
{
    /// <summary>The shell may offer files if there are no candidates.</summary>
    Default = 0,
    Error = 1,
    NoSpace = 2,
    NoFiles = 4,
}
