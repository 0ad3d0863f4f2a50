using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/user_command.go.</summary>
internal static class UserAddCommand
{
    public static Command Create()
    {
        var command = new Command("add <user name or user:password> [options]", "Adds a new user")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("interactive", true, "Read password from stdin instead of interactive terminal");
        command.Flags.String("new-user-password", "", "Supply password from the command line flag");
        command.Flags.Bool("no-password", false, "Create a user without password (CN based auth only)");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("user add command requires user name as its argument");
        }

        var (user, password) = Read(invocation);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.UserAddAsync(user, password, invocation.Bool("no-password"));
            session.Printer.Done($"User {user} created", answer.Header, answer);
        });
    }

    private static (string User, string Password) Read(Invocation invocation)
    {
        var argument = invocation.Arguments[0];
        if (invocation.Bool("no-password"))
        {
            return (argument, "");
        }

        if (invocation.Text("new-user-password") is { Length: > 0 } given)
        {
            return (argument, given);
        }

        var parts = argument.Split(':', 2);
        if (parts.Length < 2)
        {
            return (argument, NewPassword.Read(invocation, argument));
        }

        return parts[0].Length == 0 ? throw Arguments.Bad("empty user name is not allowed") : (parts[0], parts[1]);
    }
}
