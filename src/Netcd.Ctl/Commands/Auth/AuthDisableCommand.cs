using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/auth_command.go.</summary>
internal static class AuthDisableCommand
{
    public static Command Create() => new("disable", "Disables authentication")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("auth disable command does not accept any arguments");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            await client.Auth.DisableAsync();
            session.Console.WriteLine("Authentication Disabled");
        });
    }
}
