using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Leases;

/// <summary>Source: etcdctl/ctlv3/command/lease_command.go.</summary>
internal static class LeaseListCommand
{
    public static Command Create() => new("list", "List all active leases")
    {
        Run = RunAsync,
    };

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(
        invocation,
        async session =>
        {
            var client = await session.ConnectAsync();
            session.Printer.Leases(await client.Leases.LeasesAsync());
        },
        ExitCodes.BadConnection);
}
