using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>Source: etcdctl/ctlv3/command/defrag_command.go.</summary>
internal static class DefragCommand
{
    public static Command Create()
    {
        var command = new Command("defrag", "Defragments the storage of the etcd members with given endpoints")
        {
            Run = RunAsync,
        };
        command.PersistentFlags.Bool(
            ClusterEndpoints.Flag, false, "use all endpoints from the cluster member list");
        return command;
    }

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
    {
        var client = await session.ConnectTimedAsync();
        var hasFailed = false;
        foreach (var endpoint in await ClusterEndpoints.ReadAsync(invocation, session))
        {
            try
            {
                await client.Maintenance.DefragmentAsync(endpoint);
                session.Console.WriteLine($"Finished defragmenting etcd member[{endpoint}]");
                session.Console.Flush();
            }
            catch (EtcdException problem)
            {
                hasFailed = true;
                session.Console.WriteErrorLine(
                    $"Failed to defragment etcd member[{endpoint}] ({problem.Message})");
            }
        }

        if (hasFailed)
        {
            throw new ExitException(ExitCodes.Error);
        }
    });
}
