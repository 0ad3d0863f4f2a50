using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/member_command.go.</summary>
internal static class MemberListCommand
{
    public static Command Create() => new("list", "Lists all members in the cluster")
    {
        Description =
            "When --write-out is set to simple, this command prints out comma-separated member lists for "
            + "each endpoint.\nThe items in the lists are ID, Status, Name, Peer Addrs, Client Addrs, Is Learner.",
        Run = RunAsync,
    };

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
    {
        var client = await session.ConnectTimedAsync();
        session.Printer.MemberList(await client.Cluster.MemberListAsync());
    });
}
