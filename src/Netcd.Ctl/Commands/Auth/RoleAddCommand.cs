using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/role_command.go.</summary>
internal static class RoleAddCommand
{
    public static Command Create() => new("add <role name>", "Adds a new role")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("role add command requires role name as its argument");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.RoleAddAsync(invocation.Arguments[0]);
            session.Printer.Done($"Role {invocation.Arguments[0]} created", answer.Header, answer);
        });
    }
}
