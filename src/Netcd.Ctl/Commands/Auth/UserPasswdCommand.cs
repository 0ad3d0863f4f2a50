using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserPasswdCommand
{
    public static Command Create()
    {
        var command = new Command("passwd <user name> [options]", "Changes password of user")
        {
            Run = RunAsync,
        };
        command.Flags.Bool(
            "interactive", true, "If true, read password from stdin instead of interactive terminal");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("user passwd command requires user name as its argument");
        }

        var user = invocation.Arguments[0];
        var password = NewPassword.Read(invocation, user);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.UserChangePasswordAsync(user, password);
            session.Printer.Done("Password updated", answer.Header, answer);
        });
    }
}
