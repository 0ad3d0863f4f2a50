using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/auth_command.go.</summary>
internal static class AuthStatusCommand
{
    public static Command Create() => new("status", "Returns authentication status")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("auth status command does not accept any arguments");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            session.Printer.AuthStatus(await client.Auth.StatusAsync());
        });
    }
}
