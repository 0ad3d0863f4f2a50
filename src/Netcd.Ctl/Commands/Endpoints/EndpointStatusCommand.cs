using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Printing;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Endpoints;

/// <summary>Source: etcdctl/ctlv3/command/ep_command.go.</summary>
internal static class EndpointStatusCommand
{
    public static Command Create() => new(
        "status", "Prints out the status of endpoints specified in `--endpoints` flag")
    {
        Description =
            "When --write-out is set to simple, this command prints out comma-separated status lists for "
            + "each endpoint.\nThe items in the lists are endpoint, ID, version, db size, is leader, is learner, "
            + "raft term, raft index, raft applied index, errors.",
        Run = RunAsync,
    };

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
    {
        var client = await session.ConnectTimedAsync();
        var rows = new List<StatusRow>();
        var hasFailed = false;
        foreach (var endpoint in await ClusterEndpoints.ReadAsync(invocation, session))
        {
            try
            {
                rows.Add(new StatusRow(endpoint, await client.Maintenance.StatusAsync(endpoint)));
            }
            catch (EtcdException problem)
            {
                hasFailed = true;
                session.Console.WriteErrorLine(
                    $"Failed to get the status of endpoint {endpoint} ({problem.Message})");
            }
        }

        session.Printer.EndpointStatus(rows);
        if (hasFailed)
        {
            throw new ExitException(ExitCodes.Error);
        }
    });
}
