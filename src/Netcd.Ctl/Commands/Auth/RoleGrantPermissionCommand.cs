using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Netcd.Proto.Auth;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/role_command.go.</summary>
internal static class RoleGrantPermissionCommand
{
    public static Command Create()
    {
        var command = new Command(
            "grant-permission [options] <role name> <permission type> <key> [endkey]",
            "Grants a key to a role")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("prefix", false, "grant a prefix permission");
        command.Flags.Bool(
            "from-key",
            false,
            "grant a permission of keys that are greater than or equal to the given key using byte compare");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count < 3)
        {
            throw Arguments.Bad(
                "role grant command requires role name, permission type, and key [endkey] as its argument");
        }

        var type = arguments[1].ToUpperInvariant() switch
        {
            "READ" => Permission.Types.Type.Read,
            "WRITE" => Permission.Types.Type.Write,
            "READWRITE" => Permission.Types.Type.Readwrite,
            _ => throw Arguments.Bad($"invalid permission type: {arguments[1]}"),
        };
        var range = PermissionRange.Read(invocation, 2);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.RoleGrantPermissionAsync(arguments[0], range, type);
            session.Printer.Done($"Role {arguments[0]} updated", answer.Header, answer);
        });
    }
}
