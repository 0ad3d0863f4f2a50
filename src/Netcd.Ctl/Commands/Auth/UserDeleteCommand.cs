using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserDeleteCommand
{
    public static Command Create() => new("delete <user name>", "Deletes a user")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("user delete command requires user name as its argument");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.UserDeleteAsync(invocation.Arguments[0]);
            session.Printer.Done($"User {invocation.Arguments[0]} deleted", answer.Header, answer);
        });
    }
}
