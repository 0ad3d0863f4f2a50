using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/member_command.go.</summary>
internal static class MemberPromoteCommand
{
    public static Command Create() => new("promote <memberID>", "Promotes a non-voting member in the cluster")
    {
        Description = "Promotes a non-voting learner member to a voting one in the cluster.",
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        var id = MemberArgument.Read(invocation);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            var answer = await client.Cluster.MemberPromoteAsync(id);
            session.Printer.MemberChange(id, "promoted in", answer.Header, answer);
        });
    }
}
