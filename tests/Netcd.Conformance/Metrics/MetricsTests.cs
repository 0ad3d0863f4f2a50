using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;
using Condition = Netcd.Proto.EtcdServer.Compare;

namespace Netcd.Conformance.Metrics;

/// <summary>
/// What Prometheus sees of netcd is what it sees of etcd: names, types, labels and buckets are compared with a live
/// scrape of real etcd 3.5.30 and with the list for 3.6.
/// </summary>
public sealed class MetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// What the dashboard and the alerts of etcd's mixin ask for (contrib/mixin), beside what only clusters have.
    /// </summary>
    private static readonly string[] Watched =
    [
        "etcd_server_has_leader", "etcd_server_leader_changes_seen_total", "etcd_server_proposals_applied_total",
        "etcd_server_proposals_committed_total", "etcd_server_proposals_failed_total", "etcd_server_proposals_pending",
        "etcd_server_quota_backend_bytes", "etcd_disk_backend_commit_duration_seconds",
        "etcd_disk_wal_fsync_duration_seconds", "etcd_mvcc_db_total_size_in_bytes",
        "etcd_mvcc_db_total_size_in_use_in_bytes", "etcd_network_client_grpc_received_bytes_total",
        "etcd_network_client_grpc_sent_bytes_total", "grpc_server_started_total", "grpc_server_handled_total",
        "grpc_server_handling_seconds", "process_resident_memory_bytes",
    ];

    [Fact]
    public async Task The_page_is_that_of_etcd()
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"), "--metrics=extensive");
        await using var netcd = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("netcd"), "--metrics=extensive");
        await UseAsync(go);
        await UseAsync(netcd);
        var expected = MetricsText.Parse(await ScrapeAsync(go));
        var page = await ScrapeAsync(netcd);
        var given = MetricsText.Parse(page);
        var problems = new List<string>();
        foreach (var family in expected.Families.Values.Where(family => !family.Name.StartsWith("go_", StringComparison.Ordinal)))
        {
            Compare(family.Name, family.Type, family.Labels, family.Bounds, given, problems);
        }

        foreach (var known in KnownMetric.All.Where(known => known.IsAlways || given.Families.ContainsKey(known.Name)))
        {
            Compare(known.Name, known.Type, known.Labels, null, given, problems);
        }

        problems.AddRange(Watched.Where(name => !given.Families.ContainsKey(name)).Select(name => $"{name} is watched"));
        problems.AddRange(given.Families.Keys
            .Where(name => !KnownMetric.All.Any(known => known.Name == name))
            .Select(name => $"{name} is not etcd's"));
        Assert.True(problems.Count == 0, string.Join('\n', problems.Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Figures_that_count_requests_are_those_of_etcd()
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        await UseAsync(go);
        await UseAsync(netcd);

        // A call that its client leaves, as the watch above, is counted as over when its server comes to it.
        var differences = "";
        var clock = Stopwatch.StartNew();
        do
        {
            differences = await CompareFiguresAsync(go, netcd);
        }
        while (differences.Length > 0 && clock.Elapsed < Patience);
        Assert.Equal("", differences);
    }

    private static async Task<string> CompareFiguresAsync(EtcdServer go, EtcdServer netcd)
    {
        var expected = MetricsText.Parse(await ScrapeAsync(go));
        var given = MetricsText.Parse(await ScrapeAsync(netcd));
        var differences = new StringBuilder();
        foreach (var name in new[]
        {
            "etcd_mvcc_put_total", "etcd_mvcc_delete_total", "etcd_debugging_lease_granted_total",
            "etcd_debugging_lease_revoked_total", "etcd_debugging_mvcc_total_put_size_in_bytes",
            "etcd_debugging_mvcc_keys_total", "etcd_debugging_mvcc_current_revision", "etcd_server_has_leader",
            "etcd_debugging_mvcc_compact_revision", "etcd_debugging_mvcc_db_compaction_keys_total",
            "etcd_server_quota_backend_bytes", "etcd_server_is_leader",
        })
        {
            if (!expected.Families[name].Sum.Equals(given.Families[name].Sum))
            {
                differences.Append($"{name}: {expected.Families[name].Sum} and {given.Families[name].Sum}\n");
            }
        }

        foreach (var name in new[] { "grpc_server_started_total", "grpc_server_handled_total" })
        {
            var (there, here) = (Calls(expected.Families[name]), Calls(given.Families[name]));
            differences.AppendJoin('\n', there.Except(here).Select(line => $"{name} of etcd alone: {line}"));
            differences.AppendJoin('\n', here.Except(there).Select(line => $"{name} of netcd alone: {line}"));
        }

        return differences.ToString();
    }

    [Fact]
    public async Task Reads_within_writes_are_counted_as_etcd_counts_them()
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        Assert.Equal(await CountAsync(go), await CountAsync(netcd));
    }

    private static async Task<string> CountAsync(EtcdServer server)
    {
        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("a", "1");
        var before = MetricsText.Parse(await ScrapeAsync(server));
        await CompareAndKeepAsync(client);
        var after = MetricsText.Parse(await ScrapeAsync(server));
        return string.Join(
            '\n',
            new[] { "put", "delete", "range", "txn" }
                .Select(name => $"etcd_mvcc_{name}_total")
                .Select(name => $"{name} {after.Families[name].Sum - before.Families[name].Sum}"));
    }

    [Fact]
    public async Task OpenMetrics_has_the_same_names()
    {
        using var directory = new TemporaryDirectory();
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        await UseAsync(netcd);
        var plain = MetricsText.Parse(await ScrapeAsync(netcd));
        var open = MetricsText.Parse(
            await ScrapeAsync(netcd, "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.3"),
            isOpenMetrics: true);
        foreach (var (name, family) in plain.Families)
        {
            var isCounter = family.Type == "counter" && name.EndsWith("_total", StringComparison.Ordinal);
            var found = open.Families[isCounter ? name[..^"_total".Length] : name];
            Assert.Equal(family.Type == "counter" && !isCounter ? "unknown" : family.Type, found.Type);
            Assert.Equal(family.Labels, found.Labels);
        }
    }

    // All calls of services that both have; what clients do in the background is left out.
    private static List<string> Calls(MetricFamily family) =>
    [
        .. family.Series
            .Where(series => series.Value > 0 && series.Labels.Contains("etcdserverpb", StringComparison.Ordinal))
            .Select(series => $"{series.Labels} {series.Value}")
            .Order(StringComparer.Ordinal),
    ];

    private static void Compare(
        string name, string type, string labels, string? bounds, MetricsText given, List<string> problems)
    {
        if (!given.Families.TryGetValue(name, out var family))
        {
            if (!KnownMetric.All.Any(known => known.Name == name && known.IsAbsent))
            {
                problems.Add($"{name} is missing, and no reason is given");
            }
        }
        else if (family.Type != type || family.Labels != labels || (bounds is not null && family.Bounds != bounds))
        {
            problems.Add($"{name}: {type} {labels} {bounds}; given {family.Type} {family.Labels} {family.Bounds}");
        }
    }

    private static async Task UseAsync(EtcdServer server)
    {
        using var client = new V3Client(server.ClientUrl);
        using (var watch = client.Watch())
        {
            await watch.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = V3Client.Bytes("a") } });
            await using var answers = watch.ReadAllAsync().GetAsyncEnumerator();
            Assert.True(await answers.MoveNextAsync());
            await client.PutAsync("a", "1");
            Assert.True(await answers.MoveNextAsync());
        }

        await client.PutAsync("a", "2");
        await client.PutAsync("b", "3");
        await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("a") });
        await client.TxnAsync(new TxnRequest
        {
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes("c"), Value = ByteString.Empty } },
                new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes("d"), Value = ByteString.Empty } },
            },
        });
        await client.DeleteAsync("b");
        await client.GrantAsync(100, 7);
        await client.RevokeAsync(7);
        await client.HashKvAsync();
        await client.CompactAsync(4, physical: true);
        await client.DefragmentAsync();
        await client.StatusAsync();
        using var http = new HttpClient();
        foreach (var path in new[] { "/health", "/livez", "/readyz" })
        {
            using var answer = await http.GetAsync(server.ClientUrl + path);
        }
    }

    // Reads within writes, each one range to etcd: comparisons, previous values, values and leases that are kept.
    private static async Task CompareAndKeepAsync(V3Client client)
    {
        var key = V3Client.Bytes("a");
        var get = new RequestOp { RequestRange = new RangeRequest { Key = key } };
        var put = new RequestOp { RequestPut = new PutRequest { Key = key, IgnoreValue = true, PrevKv = true } };
        var exists = new Condition { Key = key, Target = Condition.Types.CompareTarget.Version };
        var missing = exists.Clone();
        exists.Result = Condition.Types.CompareResult.Greater;
        foreach (var conditions in (Condition[][])[[], [exists], [exists, exists], [missing, exists]])
        {
            foreach (var operations in (RequestOp[][])[[], [get], [get, get], [put], [put, get]])
            {
                var txn = new TxnRequest { Compare = { conditions }, Success = { operations } };
                await client.TxnAsync(txn);
                txn.Compare.Clear();
                txn = new TxnRequest { Failure = { get }, Success = { new RequestOp { RequestTxn = txn } } };
                txn.Compare.Add(conditions);
                await client.TxnAsync(txn);
            }
        }

        await client.PutAsync(new PutRequest { Key = key, PrevKv = true });
        await client.PutAsync(new PutRequest { Key = key, IgnoreLease = true });
        await Assert.ThrowsAsync<GrpcException>(
            () => client.PutAsync(new PutRequest { Key = V3Client.Bytes("none"), IgnoreValue = true }));
        await client.DeleteAsync(new DeleteRangeRequest { Key = key, PrevKv = true });
    }

    private static async Task<string> ScrapeAsync(EtcdServer server, string? accept = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.ClientUrl}/metrics");
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        using var answer = await http.SendAsync(request);
        Assert.Equal(accept is null ? "text/plain" : "application/openmetrics-text", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsStringAsync();
    }
}
