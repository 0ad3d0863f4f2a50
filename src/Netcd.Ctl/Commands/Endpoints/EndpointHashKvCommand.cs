using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Printing;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Endpoints;

/// <summary>Source: etcdctl/ctlv3/command/ep_command.go.</summary>
internal static class EndpointHashKvCommand
{
    public static Command Create()
    {
        var command = new Command("hashkv", "Prints the KV history hash for each endpoint in --endpoints")
        {
            Run = RunAsync,
        };
        command.PersistentFlags.Int64("rev", 0, "maximum revision to hash (default: all revisions)");
        return command;
    }

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
    {
        var client = await session.ConnectTimedAsync();
        var rows = new List<HashRow>();
        EtcdException? failure = null;
        foreach (var endpoint in await ClusterEndpoints.ReadAsync(invocation, session))
        {
            try
            {
                rows.Add(new HashRow(
                    endpoint, await client.Maintenance.HashKvAsync(endpoint, invocation.Number("rev"))));
            }
            catch (EtcdException problem)
            {
                failure = problem;
                session.Console.WriteErrorLine($"Failed to get the hash of endpoint {endpoint} ({problem.Message})");
            }
        }

        session.Printer.EndpointHashKv(rows);
        if (failure is not null)
        {
            throw failure;
        }
    });
}
