using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Leases;

/// <summary>Source: etcdctl/ctlv3/command/lease_command.go.</summary>
internal static class LeaseRevokeCommand
{
    public static Command Create() => new("revoke <leaseID>", "Revokes leases")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("lease revoke command needs 1 argument");
        }

        var id = LeaseArgument.Read(invocation.Arguments[0]);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            try
            {
                session.Printer.Revoke(id, await client.Leases.RevokeAsync(id));
            }
            catch (EtcdException problem)
            {
                throw new ExitException(ExitCodes.Error, $"failed to revoke lease ({problem.Message})");
            }
        });
    }
}
