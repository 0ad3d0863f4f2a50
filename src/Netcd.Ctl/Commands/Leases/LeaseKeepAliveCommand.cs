using Netcd.CommandLine;
using Netcd.Ctl.Printing;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Leases;

/// <summary>Source: etcdctl/ctlv3/command/lease_command.go.</summary>
internal static class LeaseKeepAliveCommand
{
    public static Command Create()
    {
        var command = new Command("keep-alive [options] <leaseID>", "Keeps leases alive (renew)")
        {
            Run = RunAsync,
        };
        command.Flags.Bool(
            "once", false, "Resets the keep-alive time to its original value and cobrautl.Exits immediately");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("lease keep-alive command needs lease ID as argument");
        }

        var id = LeaseArgument.Read(invocation.Arguments[0]);
        await CommandSession.RunAsync(
            invocation,
            async session =>
            {
                var client = await session.ConnectAsync();
                if (invocation.Bool("once"))
                {
                    session.Printer.KeepAlive(await client.Leases.KeepAliveOnceAsync(id));
                    return;
                }

                await foreach (var answer in client.Leases.KeepAliveAsync(id, invocation.Cancellation))
                {
                    session.Printer.KeepAlive(answer);
                    session.Console.Flush();
                }

                if (session.Printer.IsSimple)
                {
                    session.Console.WriteLine($"lease {Words.Lease(id)} expired or revoked.");
                }
            },
            ExitCodes.BadConnection);
    }
}
