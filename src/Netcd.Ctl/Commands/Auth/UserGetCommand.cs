using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserGetCommand
{
    public static Command Create()
    {
        var command = new Command("get <user name> [options]", "Gets detailed information of a user")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("detail", false, "Show permissions of roles granted to the user");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("user get command requires user name as its argument");
        }

        var user = invocation.Arguments[0];
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.UserGetAsync(user);
            if (!invocation.Bool("detail"))
            {
                session.Printer.UserGet(user, answer);
                return;
            }

            session.Console.WriteLine($"User: {user}");
            foreach (var role in answer.Roles)
            {
                session.Console.WriteLine();
                session.Printer.RoleGet(role, await client.Auth.RoleGetAsync(role));
            }
        });
    }
}
