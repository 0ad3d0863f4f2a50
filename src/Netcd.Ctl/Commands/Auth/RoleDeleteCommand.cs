using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/role_command.go.</summary>
internal static class RoleDeleteCommand
{
    public static Command Create() => new("delete <role name>", "Deletes a role")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("role delete command requires role name as its argument");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.RoleDeleteAsync(invocation.Arguments[0]);
            session.Printer.Done($"Role {invocation.Arguments[0]} deleted", answer.Header, answer);
        });
    }
}
