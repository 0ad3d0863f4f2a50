using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/auth_command.go.</summary>
internal static class AuthEnableCommand
{
    public static Command Create() => new("enable", "Enables authentication")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("auth enable command does not accept any arguments");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            while (true)
            {
                try
                {
                    await client.Auth.EnableAsync();
                    break;
                }
                catch (EtcdException problem) when (problem.Is(EtcdErrors.RootRoleNotExist))
                {
                    // Whoever enables authentication means to have a root.
                    await client.Auth.RoleAddAsync("root");
                    await client.Auth.UserGrantRoleAsync("root", "root");
                }
            }

            session.Console.WriteLine("Authentication Enabled");
        });
    }
}
