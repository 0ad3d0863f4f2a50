using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserRevokeRoleCommand
{
    public static Command Create() => new("revoke-role <user name> <role name>", "Revokes a role from a user")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 2)
        {
            throw Arguments.Bad("user revoke-role requires user name and role name as its argument");
        }

        var (user, role) = (invocation.Arguments[0], invocation.Arguments[1]);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.UserRevokeRoleAsync(user, role);
            session.Printer.Done($"Role {role} is revoked from user {user}", answer.Header, answer);
        });
    }
}
