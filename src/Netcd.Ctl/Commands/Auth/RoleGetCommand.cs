using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/role_command.go.</summary>
internal static class RoleGetCommand
{
    public static Command Create() => new("get <role name>", "Gets detailed information of a role")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("role get command requires role name as its argument");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            session.Printer.RoleGet(
                invocation.Arguments[0], await client.Auth.RoleGetAsync(invocation.Arguments[0]));
        });
    }
}
