using Netcd.CommandLine.Flags;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>Flags that both checks have.</summary>
internal static class CheckFlags
{
    public const string Load = "load";
    public const string Prefix = "prefix";
    public const string Compact = "auto-compact";
    public const string Defragment = "auto-defrag";

    /// <param name="name">The command, as its prefix is called.</param>
    /// <param name="check">The check, as sentences call it.</param>
    public static void Add(FlagSet flags, string name, string check)
    {
        flags.String(
            Load, "s",
            $"The {check} check's workload model. Accepted workloads: s(small), m(medium), l(large), xl(xLarge)");
        flags.String(
            Prefix, $"/etcdctl-check-{name}/", $"The prefix for writing the {check} check's keys.");
        flags.Bool(Compact, false, "Compact storage with last revision after test is finished.");
        flags.Bool(Defragment, false, "Defragment storage after test is finished.");
    }
}
