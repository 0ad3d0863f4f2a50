using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Members;

/// <summary>Source: etcdctl/ctlv3/command/member_command.go.</summary>
internal static class MemberListCommand
{
    private const string Description =
        "When --write-out is set to simple, this command prints out comma-separated member lists for "
        + "each endpoint.\nThe items in the lists are ID, Status, Name, Peer Addrs, Client Addrs, Is Learner.";

    public static Command Create()
    {
        var command = new Command("list", "Lists all members in the cluster")
        {
            Description = Description,
            Run = RunAsync,
        };

        // Of etcdctl 3.6; the help page is that of 3.5.
        command.Flags.String("consistency", "l", "Linearizable(l) or Serializable(s)").IsHidden = true;
        return command;
    }

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
    {
        var client = await session.ConnectTimedAsync();
        session.Printer.MemberList(await client.Cluster.MemberListAsync(IsLinearizable(invocation)));
    });

    private static bool IsLinearizable(Invocation invocation) => invocation.Text("consistency") switch
    {
        "l" => true,
        "s" => false,
        var other => throw new ExitException(
            ExitCodes.BadFeature, $"unknown consistency flag {GoText.Quote(other)}"),
    };
}
