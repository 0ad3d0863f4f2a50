using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Leases;

/// <summary>Source: etcdctl/ctlv3/command/lease_command.go.</summary>
internal static class LeaseTimeToLiveCommand
{
    public static Command Create()
    {
        var command = new Command("timetolive <leaseID> [options]", "Get lease information")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("keys", false, "Get keys attached to this lease");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("lease timetolive command needs lease ID as argument");
        }

        var withKeys = invocation.Bool("keys");
        await CommandSession.RunAsync(
            invocation,
            async session =>
            {
                var client = await session.ConnectAsync();
                var id = LeaseArgument.Read(invocation.Arguments[0]);
                session.Printer.TimeToLive(await client.Leases.TimeToLiveAsync(id, withKeys), withKeys);
            },
            ExitCodes.BadConnection);
    }
}
