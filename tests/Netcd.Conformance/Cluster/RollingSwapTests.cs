using System.Diagnostics;
using Netcd.Conformance.Cluster.Load;
using Netcd.Conformance.Durability;
using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster;

/// <summary>
/// <c>tools/rolling-swap</c> moves a cluster of real etcd with TLS to netcd under load, member by member and in place,
/// and back.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class RollingSwapTests(ITestOutputHelper output)
{
    private const int Size = 3;
    private const int WritersPerMember = 2;

    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(10);

    // Longer than a member itself waits (7 s): what fails is refused, and not just slow.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    // What was on its way to a leader that is lost fails at the latest when its member has waited.
    private static readonly TimeSpan LateFailure = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NearElection = TimeSpan.FromSeconds(1);

    [Theory]
    [MemberData(nameof(ClusterKinds.SwapTargets), MemberType = typeof(ClusterKinds))]
    public async Task Cluster_moves_to_the_other_program_and_back_without_losing_anything(string program)
    {
        await using var cluster = await EtcdCluster.StartAsync(
            ClusterOptions.Of(ServerKind.Go, Size) with { Tls = true });
        await cluster.Ctl().OkAsync("put", "before", "the swap");
        await DescribeAsync(cluster);
        var load = new WriteLoad(cluster, WritersPerMember, AnswerLimit);
        var terms = new TermLog(cluster, load);
        using var stopWatchers = new CancellationTokenSource();
        var watcher = new ResumingWatcher([.. cluster.Members.Select<ClusterMember, Func<V3Client>>(
            member => () => member.NewClient())]);
        var watching = watcher.RunAsync(stopWatchers.Token);
        load.Start();
        terms.Start();
        try
        {
            await load.WaitForWriteAsync();
            var swaps = await SwapAsync(cluster, load, program);
            await load.WaitForWriteAsync();
            swaps.AddRange(await SwapAsync(cluster, load, "go"));
            await load.WaitForWriteAsync();
            await load.StopAsync();
            var elections = await terms.StopAsync();

            var last = (await cluster.Members[0].Client.PutAsync("end", "end")).Header.Revision;
            await watcher.WaitForAsync(last);
            await stopWatchers.CancelAsync();
            await watching;
            watcher.AssertNoGap();
            load.AssertWatched(watcher);
            foreach (var member in cluster.Members)
            {
                await load.AssertServedAsync(member);
            }

            await cluster.AssertSameHashesAsync(cluster.Members);
            AssertFailures(load, swaps, elections);
        }
        finally
        {
            await KillAllAsync(cluster);
        }
    }

    // What the script wants to know about a cluster, as tools/local-cluster writes it.
    private static async Task DescribeAsync(EtcdCluster cluster)
    {
        var endpoints = string.Join(',', cluster.Members.Select(member => member.ClientUrl));
        await File.WriteAllLinesAsync(cluster.PathOf("ctl.args"), [$"--endpoints={endpoints}", .. cluster.ClientFlags]);
        foreach (var member in cluster.Members)
        {
            await File.WriteAllLinesAsync(cluster.PathOf($"{member.Name}.args"), member.Arguments);
            await File.WriteAllTextAsync(cluster.PathOf($"{member.Name}.pid"), $"{member.Server.ProcessId}\n");
        }
    }

    private static async Task KillAllAsync(EtcdCluster cluster)
    {
        foreach (var member in cluster.Members)
        {
            var process = await File.ReadAllTextAsync(cluster.PathOf($"{member.Name}.pid"));
            await Command.RunAsync("kill", ["-KILL", process.Trim()]);
        }
    }

    private async Task<List<SwapReport>> SwapAsync(EtcdCluster cluster, WriteLoad load, string program)
    {
        var reports = new List<SwapReport>();
        var leader = await cluster.LeaderAmongAsync(cluster.Members);
        TimeSpan stopped = default;
        TimeSpan gone = default;
        using var script = Process.Start(
            new ProcessStartInfo(
                Path.Combine(Fixtures.RepositoryRoot, "tools", "rolling-swap"), [cluster.PathOf(""), program])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
        var problems = script.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(ScriptLimit);
        while (await script.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            var words = line.Split(' ');
            switch (words[1])
            {
                case "stops":
                    // The script's mark says when, also if its line is read late on a busy machine.
                    var mark = File.GetLastWriteTimeUtc(cluster.PathOf($"{words[0]}.swapping"));
                    stopped = load.Now - (DateTime.UtcNow - mark);
                    break;
                case "is":
                    gone = load.Now;
                    break;
                default:
                    var member = cluster.Members.Single(member => member.Name == words[0]);
                    reports.Add(new SwapReport(member, member == leader, stopped, gone, load.Now));
                    output.WriteLine($"{line}: stopped for {(load.Now - stopped).TotalMilliseconds:f0} ms");
                    break;
            }
        }

        await script.WaitForExitAsync(limit.Token);
        Assert.True(script.ExitCode == 0, await problems);
        Assert.Equal(Size, reports.Count);
        return reports;
    }

    // A write fails only if it was in flight on the stopped member: sent to it, or forwarded to it as the leader by
    // another member before it had gone. A leader that a busy machine lost in between is no doing of the swap: what
    // went with that one is put aside.
    private void AssertFailures(
        WriteLoad load, List<SwapReport> swaps, IReadOnlyList<(TimeSpan After, TimeSpan Before)> elections)
    {
        var others = elections.Where(election => !swaps.Any(swap =>
            swap.Led && election.After <= swap.Healthy && election.Before >= swap.Stopped)).ToList();
        var own = load.Failed.Where(write => swaps.Any(swap =>
            swap.Member == write.Member && write.Ended >= swap.Stopped && write.Began <= swap.Healthy)).ToList();
        var forwarded = load.Failed.Except(own).Where(write => swaps.Any(swap =>
            swap.Led && write.Began <= swap.Gone && write.Ended >= swap.Stopped)).ToList();
        var lost = load.Failed.Except(own).Except(forwarded).Where(write => others.Any(election =>
            write.Ended >= election.After - NearElection && write.Began <= election.Before + NearElection
            && write.Ended <= election.Before + LateFailure)).ToList();
        output.WriteLine(
            $"{load.Acknowledged.Count} acknowledged; failed: {own.Count} on a stopped member, "
            + $"{forwarded.Count} forwarded to a stopped leader, {lost.Count} with {others.Count} leaders lost otherwise");
        Assert.Empty(load.Failed.Except(own).Except(forwarded).Except(lost));
    }
}
