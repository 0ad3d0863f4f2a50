using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/member_command.go.</summary>
internal static class MemberAddCommand
{
    public static Command Create()
    {
        var command = new Command("add <memberName> [options]", "Adds a member into the cluster")
        {
            Run = RunAsync,
        };
        command.Flags.String("peer-urls", "", "comma separated peer URLs for the new member.");
        command.Flags.Bool("learner", false, "indicates if the new member is raft learner");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count < 1)
        {
            throw Arguments.Bad("member name not provided");
        }

        if (arguments.Count > 1)
        {
            var hints = arguments.Where(word => word.StartsWith("http", StringComparison.OrdinalIgnoreCase))
                .Select(word => $", did you mean --peer-urls={word}");
            throw Arguments.Bad("too many arguments" + string.Concat(hints));
        }

        var peerUrls = invocation.Text("peer-urls");
        if (peerUrls.Length == 0)
        {
            throw Arguments.Bad("member peer urls not provided");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            var answer = await client.Cluster.MemberAddAsync(PeerUrls.Read(peerUrls), invocation.Bool("learner"));
            session.Printer.MemberAdd(answer);
            if (session.Printer.IsSimple)
            {
                PrintConfiguration(session.Console, answer, arguments[0], peerUrls);
            }
        });
    }

    // What the new member has to be started with, as a shell reads it.
    private static void PrintConfiguration(
        ProgramConsole console, MemberAddResponse answer, string name, string peerUrls)
    {
        var cluster = answer.Members.SelectMany(member => member.PeerURLs.Select(url =>
            $"{(member.ID == answer.Member.ID ? name : member.Name)}={url}"));
        console.WriteLine();
        console.WriteLine($"ETCD_NAME={GoText.Quote(name)}");
        console.WriteLine($"ETCD_INITIAL_CLUSTER={GoText.Quote(string.Join(',', cluster))}");
        console.WriteLine($"ETCD_INITIAL_ADVERTISE_PEER_URLS={GoText.Quote(peerUrls)}");
        console.WriteLine("ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
    }
}
