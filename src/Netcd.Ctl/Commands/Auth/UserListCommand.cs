using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserListCommand
{
    public static Command Create() => new("list", "Lists all users")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("user list command requires no arguments");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            session.Printer.UserList(await client.Auth.UserListAsync());
        });
    }
}
