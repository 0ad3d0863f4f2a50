using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/member_command.go.</summary>
internal static class MemberRemoveCommand
{
    public static Command Create() => new("remove <memberID>", "Removes a member from the cluster")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        var id = MemberArgument.Read(invocation);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            var answer = await client.Cluster.MemberRemoveAsync(id);
            session.Printer.MemberChange(id, "removed from", answer.Header, answer);
        });
    }
}
