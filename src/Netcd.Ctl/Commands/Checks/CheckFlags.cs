using Netcd.CommandLine.Flags;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>Flags that both checks have.</summary>
internal static class CheckFlags
{
    public const string Compact = "auto-compact";
    public const string Defragment = "auto-defrag";

    public static void Add(FlagSet flags)
    {
        flags.Bool(Compact, false, "Compact storage with last revision after test is finished.");
        flags.Bool(Defragment, false, "Defragment storage after test is finished.");
    }
}
