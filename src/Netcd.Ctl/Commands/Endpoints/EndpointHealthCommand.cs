using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Printing;
using Netcd.Ctl.Session;
using Netcd.Proto.EtcdServer;
using System.Diagnostics;

namespace Netcd.Ctl.Commands.Endpoints;

/// <summary>Source: etcdctl/ctlv3/command/ep_command.go.</summary>
internal static class EndpointHealthCommand
{
    public static Command Create() => new(
        "health", "Checks the healthiness of endpoints specified in `--endpoints` flag")
    {
        Run = RunAsync,
    };

    private static Task RunAsync(Invocation invocation) => CommandSession.RunAsync(invocation, async session =>
    {
        var endpoints = await ClusterEndpoints.ReadAsync(invocation, session);
        var checks = endpoints.Select(endpoint => CheckAsync(session, endpoint)).ToList();
        var rows = new List<HealthRow>();
        await foreach (var check in Task.WhenEach(checks))
        {
            rows.Add(await check);
        }

        session.Printer.EndpointHealth(rows);
        if (rows.Any(row => row.Error.Length > 0))
        {
            throw new ExitException(ExitCodes.Error, "unhealthy cluster");
        }
    });

    // A read that all members agree on; that it is not permitted shows agreement too. The time is the read's alone.
    private static async Task<HealthRow> CheckAsync(CommandSession session, string endpoint)
    {
        EtcdClient client;
        try
        {
            client = (await session.ConnectAsync(endpoint, "client")).WithTimeout(session.CommandTimeout);
        }
        catch (ExitException problem)
        {
            return new HealthRow(endpoint, false, "", problem.Message);
        }

        var start = Stopwatch.GetTimestamp();
        var error = "";
        try
        {
            await client.Kv.GetAsync("health");
        }
        catch (EtcdException problem) when (problem.Is(EtcdErrors.PermissionDenied))
        {
            // Healthy.
        }
        catch (EtcdException problem)
        {
            error = problem.Message;
        }

        var took = GoDuration.FormatNanoseconds(
            (Stopwatch.GetTimestamp() - start) * 1_000_000_000m / Stopwatch.Frequency);
        error = error.Length == 0 ? await AlarmsAsync(client) : error;
        return new HealthRow(endpoint, error.Length == 0, took, error);
    }

    private static async Task<string> AlarmsAsync(EtcdClient client)
    {
        try
        {
            var answer = await client.Maintenance.AlarmListAsync();
            return answer.Alarms.Count == 0
                ? ""
                : "Active Alarm(s): " + string.Concat(answer.Alarms.Select(alarm => Name(alarm.Alarm) + " "));
        }
        catch (EtcdException)
        {
            return "Unable to fetch the alarm list";
        }
    }

    private static string Name(AlarmType alarm) => alarm switch
    {
        AlarmType.Nospace => "NOSPACE",
        AlarmType.Corrupt => "CORRUPT",
        _ => "UNKNOWN",
    };
}
