using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Terminal;

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
        command.Flags.String(
            "data-dir", "", "Optional. If present, defragments a data directory not in use by etcd.");
        return command;
    }

    private static Task RunAsync(Invocation invocation) =>
        invocation.Text("data-dir").Length > 0 ? RunOfflineAsync(invocation) : RunOnlineAsync(invocation);

    // etcdutl's command, which etcdctl 3.5 still has.
    private static Task RunOfflineAsync(Invocation invocation)
    {
        invocation.Console.WriteErrorLine(
            "Use `etcdutl defrag` instead. The --data-dir is going to be decomissioned in v3.6.\n");
        return OfflineWork.RunInterruptiblyAsync(invocation, (tools, cancellation) =>
        {
            Defragmenter.Run(tools, invocation.Text("data-dir"), cancellation);
            return Task.CompletedTask;
        });
    }

    private static Task RunOnlineAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
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
