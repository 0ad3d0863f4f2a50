using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Netcd.Conformance.Cluster.Load;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster;

/// <summary>
/// A member that is far behind, and one with an empty disk, get a snapshot from the leader, under load and without the
/// leader keeping the database in memory for it.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed partial class LaggardTests(ITestOutputHelper output)
{
    private const int EntriesDefault = 12_000;
    private const int ValueBytes = 4096;
    private const int KeySpace = 20_000;
    private const int WritersAtOnce = 64;

    // Generous: a garbage collector may take its time. The database is 50 MB with the small count, 80 MB with the full.
    private const long GrowthBytesMax = 192 * 1024 * 1024;

    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromMinutes(3);

    private static int Entries => Counts.Read("NETCD_LAGGARD_ENTRIES", EntriesDefault);

    [Theory]
    [MemberData(nameof(ClusterKinds.LeaderAndLaggard), MemberType = typeof(ClusterKinds))]
    public async Task Laggard_and_empty_disk_catch_up_by_a_snapshot_under_load(ServerKind leaderKind, ServerKind laggardKind)
    {
        await using var cluster = await EtcdCluster.StartAsync(
            new ClusterOptions(leaderKind, leaderKind, laggardKind)
            {
                // Real etcd keeps 5,000 entries behind a snapshot for those who lag a little.
                Flags = ["--snapshot-count=1000"],
            });
        var (leader, laggard) = (cluster.Members[0], cluster.Members[2]);
        await cluster.MoveLeaderAsync(leader);
        await laggard.KillAsync();
        await FillAsync(leader);

        await CatchUpAsync(cluster, leader, laggard, "a laggard");

        await laggard.KillAsync();
        await cluster.LeaderAsync();
        var fresh = await ReplaceAsync(cluster, leader, laggard, laggardKind);
        await CatchUpAsync(cluster, leader, fresh, "an empty disk");
    }

    private static async Task FillAsync(ClusterMember leader)
    {
        var value = V3Client.Bytes(new string('v', ValueBytes));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Entries), new ParallelOptions { MaxDegreeOfParallelism = WritersAtOnce },
            async (number, _) => await leader.Client.PutAsync(
                new PutRequest { Key = V3Client.Bytes($"fill/{number % KeySpace:d6}"), Value = value }));
    }

    // The member's disk is lost, so it is a member no longer: another comes in its place.
    private static async Task<ClusterMember> ReplaceAsync(
        EtcdCluster cluster, ClusterMember leader, ClusterMember lost, ServerKind kind)
    {
        var ctl = cluster.Ctl(leader);
        var line = (await ctl.OkAsync("member", "list")).Split('\n')
            .Single(line => line.Contains($", {lost.Name}, ", StringComparison.Ordinal));
        var id = line.Split(',')[0];
        await EtcdCluster.UntilAsync("the member cannot be removed", async () =>
            await ctl.RunAsync("member", "remove", id) is var removed
            && (removed.ExitCode == 0 || removed.Error.Contains("member not found", StringComparison.Ordinal)));
        await cluster.DropAsync(lost);
        var fresh = cluster.Add(kind);
        await EtcdCluster.UntilAsync("the member cannot be added", async () =>
            await ctl.RunAsync("member", "add", fresh.Name, $"--peer-urls={fresh.PeerUrl}") is var added
            && (added.ExitCode == 0 || added.Error.Contains("Peer URLs already exists", StringComparison.Ordinal)));
        fresh.JoinsExisting = true;
        fresh.InitialCluster = string.Join(',', cluster.Members.Select(member => $"{member.Name}={member.PeerUrl}"));
        return fresh;
    }

    private async Task CatchUpAsync(EtcdCluster cluster, ClusterMember leader, ClusterMember late, string what)
    {
        var load = new WriteLoad(cluster, writersPerMember: 1);
        load.Start();
        await load.WaitForWriteAsync();
        var memory = new MemorySampler(leader.Server.ProcessId);
        var clock = Stopwatch.StartNew();
        late.Launch();
        await late.Server.WaitReadyAsync();
        var revision = (await leader.Client.StatusAsync()).Header.Revision;
        await EtcdCluster.UntilAsync(
            "the member does not catch up",
            async () => (await late.Client.StatusAsync()).Header.Revision >= revision, CatchUpLimit);
        var took = clock.Elapsed;
        await load.WaitForWriteAsync();
        var growth = await memory.StopAsync();
        await load.StopAsync();
        await cluster.WaitHealthyAsync();
        await cluster.AssertSameHashesAsync();
        await load.AssertServedAsync(late);

        var databaseBytes = (await leader.Client.StatusAsync()).DbSize;
        output.WriteLine(
            $"{what} ({late.Kind}) from {leader}: {took.TotalSeconds:f1} s, database {databaseBytes / 1e6:f0} MB, "
            + $"leader had {memory.Before / 1e6:f0} MB and grew by {growth / 1e6:f0} MB");
        Assert.True(await ReceivedSnapshotsAsync(late) > 0, $"no snapshot was sent\n{Tail(late.Server.Log)}");
        Assert.InRange(growth, 0, GrowthBytesMax);
    }

    private static async Task<double> ReceivedSnapshotsAsync(ClusterMember member)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var metrics = await http.GetStringAsync(new Uri($"{member.ClientUrl}/metrics"));
        return ReceivedSnapshots().Matches(metrics)
            .Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private static string Tail(string log) => log[Math.Max(0, log.Length - 4000)..];

    [GeneratedRegex(@"^etcd_network_snapshot_receive_success\{[^}]*\} (\S+)$", RegexOptions.Multiline)]
    private static partial Regex ReceivedSnapshots();
}
