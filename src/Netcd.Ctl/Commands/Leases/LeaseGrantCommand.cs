using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Leases;

/// <summary>Source: etcdctl/ctlv3/command/lease_command.go.</summary>
internal static class LeaseGrantCommand
{
    public static Command Create() => new("grant <ttl>", "Creates leases")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("lease grant command needs TTL argument");
        }

        if (!GoNumber.TryParseInt64(invocation.Arguments[0], 10, out var ttl, out var error))
        {
            throw Arguments.Bad($"bad TTL ({error})");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            try
            {
                session.Printer.Grant(await client.Leases.GrantAsync(ttl));
            }
            catch (EtcdException problem)
            {
                throw new ExitException(ExitCodes.Error, $"failed to grant lease ({problem.Message})");
            }
        });
    }
}
