using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/member_command.go.</summary>
internal static class MemberUpdateCommand
{
    public static Command Create()
    {
        var command = new Command("update <memberID> [options]", "Updates a member in the cluster")
        {
            Run = RunAsync,
        };
        command.Flags.String("peer-urls", "", "comma separated peer URLs for the updated member.");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var id = MemberArgument.Read(invocation);
        var peerUrls = invocation.Text("peer-urls");
        if (peerUrls.Length == 0)
        {
            throw Arguments.Bad("member peer urls not provided");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            var answer = await client.Cluster.MemberUpdateAsync(id, PeerUrls.Read(peerUrls));
            session.Printer.MemberChange(id, "updated in", answer.Header, answer);
        });
    }
}
