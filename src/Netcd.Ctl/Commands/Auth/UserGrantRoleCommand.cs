using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserGrantRoleCommand
{
    public static Command Create() => new("grant-role <user name> <role name>", "Grants a role to a user")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 2)
        {
            throw Arguments.Bad("user grant command requires user name and role name as its argument");
        }

        var (user, role) = (invocation.Arguments[0], invocation.Arguments[1]);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.UserGrantRoleAsync(user, role);
            session.Printer.Done($"Role {role} is granted to user {user}", answer.Header, answer);
        });
    }
}
