using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Auth;

/// <summary>Source: etcdctl/ctlv3/command/role_command.go.</summary>
internal static class RoleRevokePermissionCommand
{
    public static Command Create()
    {
        var command = new Command("revoke-permission <role name> <key> [endkey]", "Revokes a key from a role")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("prefix", false, "revoke a prefix permission");
        command.Flags.Bool(
            "from-key",
            false,
            "revoke a permission of keys that are greater than or equal to the given key using byte compare");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count < 2)
        {
            throw Arguments.Bad(
                "role revoke-permission command requires role name and key [endkey] as its argument");
        }

        var range = PermissionRange.Read(invocation, 1);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            var answer = await client.Auth.RoleRevokePermissionAsync(arguments[0], range);
            session.Printer.Done(Sentence(arguments[0], arguments[1], range), answer.Header, answer);
        });
    }

    private static string Sentence(string role, string key, KeyRange range)
    {
        if (range.End.IsEmpty)
        {
            return $"Permission of key {key} is revoked from role {role}";
        }

        var end = range.End == EtcdBytes.Zero ? "<open ended>" : $"{range.End})";
        return $"Permission of range [{key}, {end} is revoked from role {role}";
    }
}
