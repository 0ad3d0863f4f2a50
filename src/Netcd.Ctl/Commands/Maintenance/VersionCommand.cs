using Netcd.CommandLine;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>Source: etcdctl/ctlv3/command/version_command.go.</summary>
internal static class VersionCommand
{
    public static Command Create() => new("version", "Prints the version of etcdctl")
    {
        Run = RunAsync,
    };

    private static Task RunAsync(Invocation invocation)
    {
        invocation.Console.WriteLine($"etcdctl version: {ProductVersion.Shown.Version}");
        invocation.Console.WriteLine($"API version: {ProductVersion.Shown.ApiVersion}");
        return Task.CompletedTask;
    }
}
