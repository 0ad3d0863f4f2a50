using Netcd.CommandLine;

namespace Netcd.Ctl;

/// <summary>The version of etcd whose command line this is.</summary>
internal static class ProductVersion
{
    public static readonly ProgramVersion Shown = new("3.5.30", "3.5");
}
