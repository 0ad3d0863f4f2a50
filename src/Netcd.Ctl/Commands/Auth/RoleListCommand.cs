using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/role_command.go.</summary>
internal static class RoleListCommand
{
    public static Command Create() => new("list", "Lists all roles")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("role list command requires no arguments");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            session.Printer.RoleList(await client.Auth.RoleListAsync());
        });
    }
}
