using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Upkeep;

/// <summary>Requests that are held up on their way through the cluster leave a trace of their steps in the log.</summary>
[Collection(ClusterCollection.Name)]
public sealed partial class StepTraceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Well over the 100 ms from which on requests are shown, well below the election timeout.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Requests_that_waited_for_other_members_show_where(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3) with
        {
            Flags = ["--heartbeat-interval=100", "--election-timeout=15000"],
        });
        var leader = await cluster.LeaderAsync();
        var revision = (await leader.Client.PutAsync("before", "v")).Header.Revision;
        var others = cluster.Members.Where(member => member != leader).ToList();
        await SignalAsync("STOP", others);
        Task[] slow;
        try
        {
            slow =
            [
                leader.Client.PutAsync("slow", "value"),
                leader.Client.TxnAsync(new TxnRequest { Success = { Put("t"), Put("u") } }),
                leader.Client.CompactAsync(revision),
                leader.Client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("before") }),
                leader.Client.TxnAsync(new TxnRequest
                {
                    Success = { new RequestOp { RequestRange = new RangeRequest { Key = V3Client.Bytes("k") } } },
                }),
            ];
            await Task.Delay(Pause);
        }
        finally
        {
            await SignalAsync("CONT", others);
        }

        await Task.WhenAll(slow);
        Assert.Equal("{key:slow; req_size:13; response_revision:N; } 'process raft request'", await TraceAsync("put"));
        Assert.Equal("{revision:N; response_revision:N; } 'process raft request'", await TraceAsync("compact"));
        Assert.Equal(
            "{read_only:false; response_revision:N; number_of_response:2; } 'process raft request'",
            await TraceAsync("transaction", "read_only:false"));
        const string Agreement = "'agreement among raft nodes before linearized reading'";
        Assert.Equal(
            $"{{range_begin:before; range_end:; response_count:1; response_revision:N; }} {Agreement}",
            await TraceAsync("range"));
        Assert.Equal(
            $"{{read_only:true; number_of_response:1; response_revision:N; }} {Agreement}",
            await TraceAsync("transaction", "read_only:true"));
        Assert.StartsWith(
            "{readStateIndex:N; appliedIndex:N; } 'read index received'", await TraceAsync("linearizableReadLoop"));

        async Task<string> TraceAsync(string operation, string detail = "")
        {
            await leader.Server.WaitForLogAsync($"] {operation}\",\"detail\":\"{{{detail}", Patience);
            return Shown(leader.Server.Log, $"] {operation}", detail);
        }
    }

    private static string Shown(string log, string operation, string detail)
    {
        var line = log.Split('\n')
            .Where(line => line.Contains("\"msg\":\"trace[", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .First(line => line.GetProperty("msg").GetString() is { } message
                && message.EndsWith(operation, StringComparison.Ordinal)
                && line.GetProperty("detail").ToString().Contains(detail, StringComparison.Ordinal));
        var steps = line.GetProperty("steps").EnumerateArray().Select(step => step.ToString()).ToList();
        Assert.Equal(steps.Count, line.GetProperty("step_count").GetInt32());
        var id = TraceId().Match(line.GetProperty("msg").ToString()).Value;
        Assert.All(steps, step => Assert.Matches(StepForm(), step));
        Assert.All(steps, step => Assert.StartsWith(id, step, StringComparison.Ordinal));
        Assert.Matches(TimeForm(), line.GetProperty("start").ToString());
        Assert.Matches(TimeForm(), line.GetProperty("end").ToString());

        // Any step of a busy machine may take long enough to be shown; those that waited took much of the pause.
        var names = string.Join(' ', steps.Where(IsLong).Select(step => $"'{step.Split('\'')[1]}'"));
        return $"{Numbers().Replace(line.GetProperty("detail").ToString(), "$1N;")} {names}";
    }

    private static bool IsLong(string step)
    {
        var time = StepForm().Match(step);
        var seconds = double.Parse(time.Groups[2].Value, CultureInfo.InvariantCulture) * time.Groups[3].Value switch
        {
            "s" => 1,
            "ms" => 1e-3,
            _ => 0,
        };
        return seconds > Pause.TotalSeconds / 4;
    }

    private static RequestOp Put(string key) => new()
    {
        RequestPut = new PutRequest { Key = V3Client.Bytes(key), Value = V3Client.Bytes("v") },
    };

    private static async Task SignalAsync(string signal, IEnumerable<ClusterMember> members)
    {
        foreach (var member in members)
        {
            await Command.RunAsync("kill", [$"-{signal}", $"{member.Server.ProcessId}"]);
        }
    }

    [GeneratedRegex(@"^trace\[\d+\]")]
    private static partial Regex TraceId();

    [GeneratedRegex(@"^trace\[\d+\] '[^']+' (\{.*\})? \(duration: ([0-9.]+)(ns|µs|ms|s)\)$")]
    private static partial Regex StepForm();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$")]
    private static partial Regex TimeForm();

    [GeneratedRegex("((?:revision|Index):)[0-9]+;")]
    private static partial Regex Numbers();
}
