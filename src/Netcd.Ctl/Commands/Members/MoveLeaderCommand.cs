using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/move_leader_command.go.</summary>
internal static class MoveLeaderCommand
{
    public static Command Create() => new(
        "move-leader <transferee-member-id>", "Transfers leadership to another etcd cluster member.")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("move-leader command needs 1 argument");
        }

        if (!GoNumber.TryParseUInt64(invocation.Arguments[0], 16, out var target, out var error))
        {
            throw Arguments.Bad(error);
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            await session.ConnectAsync();
            foreach (var endpoint in session.Endpoints)
            {
                // Only the leader moves itself: each endpoint is asked whether it is.
                var client = (await session.ConnectToAsync(endpoint)).WithTimeout(session.CommandTimeout);
                var status = await client.Maintenance.StatusAsync(endpoint);
                if (status.Header.MemberId == status.Leader)
                {
                    var answer = await client.Maintenance.MoveLeaderAsync(target);
                    session.Printer.MoveLeader(status.Leader, target, answer);
                    return;
                }
            }

            throw Arguments.Bad($"no leader endpoint given at [{string.Join(' ', session.Endpoints)}]");
        });
    }
}
