using Netcd.Client;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Proxy;

/// <summary>What the flags of <c>etcd grpc-proxy start</c> do.</summary>
public sealed class ProxyFlagTests
{
    public static TheoryData<ServerKind, ServerKind> Pairs => ProxyPairs.All;

    public static TheoryData<ServerKind, ServerKind> OurPairs => ProxyPairs.Ours;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_namespace_is_before_every_key_and_in_no_answer(ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(
            proxyKind, new Uri(server.ClientUrl).Authority, "--namespace=ns/");
        await using var inside = new EtcdClient(proxy.ClientUrl);
        await using var outside = new EtcdClient(server.ClientUrl);
        await using var watcher = await inside.Watch.OpenAsync(
            EtcdBytes.Zero, new WatchOptions { RangeEnd = EtcdBytes.Zero, PreviousKv = true });
        await outside.Kv.PutAsync("other", "not seen");
        var lease = await inside.Leases.GrantAsync(600);
        await inside.Kv.PutAsync("a", "1", new PutOptions { Lease = lease.ID });
        await outside.Kv.PutAsync("b", "1", new PutOptions { Lease = lease.ID });
        var inner = new TxnRequest
        {
            Success = { new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes("c") } } },
        };
        var done = await inside.Kv.TxnAsync(new TxnRequest
        {
            Compare =
            {
                new Compare
                {
                    Key = V3Client.Bytes("a"), Target = Compare.Types.CompareTarget.Version, Version = 1,
                },
            },
            Success =
            {
                new RequestOp { RequestTxn = inner },
                new RequestOp { RequestRange = new RangeRequest { Key = V3Client.Bytes("a") } },
                new RequestOp
                {
                    RequestPut = new PutRequest { Key = V3Client.Bytes("a"), PrevKv = true, IgnoreLease = true },
                },
            },
        });
        Assert.True(done.Succeeded);
        Assert.Equal("a", done.Responses[1].ResponseRange.Kvs[0].Key.ToStringUtf8());
        Assert.Equal("a", done.Responses[2].ResponsePut.PrevKv.Key.ToStringUtf8());
        Assert.Equal(["a"], Texts((await inside.Leases.TimeToLiveAsync(lease.ID, withKeys: true)).Keys));
        var all = await inside.Kv.GetAsync("", new GetOptions { IsPrefix = true });
        Assert.Equal(["a", "c"], Texts(all.Kvs.Select(pair => pair.Key)));
        var raw = await outside.Kv.GetAsync("", new GetOptions { IsPrefix = true });
        Assert.Equal(["b", "ns/a", "ns/c", "other"], Texts(raw.Kvs.Select(pair => pair.Key)));
        Assert.Equal(2, (await inside.Kv.DeleteAsync("", new DeleteOptions { IsPrefix = true })).Deleted);
        Assert.Equal(["a", "c", "a", "a", "c"], await EventsAsync(watcher, 5));
        Assert.Equal(2, (await outside.Kv.GetAsync("", new GetOptions { IsPrefix = true })).Count);

        // The services of locks and elections take keys as they are; what is between them is the recipe's.
        var etcdctl = new Etcdctl(proxy.ClientUrl);
        Assert.Equal("held\n", await etcdctl.OkAsync("lock", "turn", "echo", "held"));
    }

    [Theory]
    [InlineData(ServerKind.Go,    ServerKind.Netcd)]
    [InlineData(ServerKind.Netcd, ServerKind.Go)]
    public async Task Proxies_of_a_prefix_name_each_other_as_the_members(ServerKind one, ServerKind other)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        string[] flags = ["--resolver-prefix=___proxies", "--resolver-ttl=60"];
        await using var first = await GrpcProxy.StartAsync(one, new Uri(server.ClientUrl).Authority, flags);
        await using var second = await GrpcProxy.StartAsync(other, new Uri(server.ClientUrl).Authority, flags);
        await using var outside = new EtcdClient(server.ClientUrl);
        string[] addresses = [new Uri(first.ClientUrl).Authority, new Uri(second.ClientUrl).Authority];
        foreach (var proxy in new[] { first, second })
        {
            await using var client = new EtcdClient(proxy.ClientUrl);
            await GrpcProxy.WaitAsync(
                async () => (await client.Cluster.MemberListAsync()).Members
                    .Select(member => Assert.Single(member.ClientURLs)).Order().SequenceEqual(addresses.Order()),
                "the proxies do not find each other");
        }

        // What they write is the same but for the address.
        var raw = await outside.Kv.GetAsync("___proxies/", new GetOptions { IsPrefix = true });
        var values = raw.Kvs.Select(pair => pair.Value.ToStringUtf8()
            .Replace(pair.Key.ToStringUtf8()["___proxies/".Length..], "ADDRESS")).ToList();
        Assert.Equal(values[0], values[1]);

        // One that ends in peace takes its name away; the other notices.
        var ours = one == ServerKind.Netcd ? first : second;
        var goes = one == ServerKind.Netcd ? second : first;
        await ours.StopAsync();
        await using var left = new EtcdClient(goes.ClientUrl);
        await GrpcProxy.WaitAsync(
            async () => (await left.Cluster.MemberListAsync()).Members.Count == 1,
            "the proxy that left is still named");
    }

    [Theory]
    [MemberData(nameof(OurPairs))]
    public async Task Both_sides_speak_TLS(ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        var certificates = new TestCertificates(directory.File("pki")).WithKubeadmSet();
        certificates.Issue("proxy", "", server: false, client: true);
        var port = FreePorts.Take();
        var peer = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var server = await EtcdServer.StartWithAsync(
            serverKind, $"https://127.0.0.1:{port}", "--name=m1", $"--data-dir={directory.File("data")}",
            $"--listen-client-urls=https://127.0.0.1:{port}", $"--advertise-client-urls=https://127.0.0.1:{port}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=m1={peer}",
            $"--cert-file={certificates.CertFile("server")}", $"--key-file={certificates.KeyFile("server")}",
            "--client-cert-auth=true", $"--trusted-ca-file={certificates.CaFile}");
        await using var proxy = await GrpcProxy.StartAsync(
            proxyKind, "https", $"https://127.0.0.1:{port}",
            [
                $"--cert={certificates.CertFile("proxy")}", $"--key={certificates.KeyFile("proxy")}",
                $"--cacert={certificates.CaFile}", $"--cert-file={certificates.CertFile("server")}",
                $"--key-file={certificates.KeyFile("server")}", $"--trusted-ca-file={certificates.CaFile}",
            ]);
        var etcdctl = new Etcdctl(proxy.ClientUrl, certificates.ClientFlags("apiserver-etcd-client"));
        await etcdctl.OkAsync("put", "k", "v");
        Assert.Equal("k\nv\n", await etcdctl.OkAsync("get", "k"));
        var stranger = new Etcdctl(
            proxy.ClientUrl, $"--cacert={certificates.CaFile}", "--command-timeout=2s", "--dial-timeout=2s");
        Assert.NotEqual(0, (await stranger.RunAsync("get", "k")).ExitCode);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = certificates.ClientOptions("healthcheck-client"),
        });
        Assert.Equal(
            """{"health":"true","reason":""}""", await http.GetStringAsync(new Uri($"{proxy.ClientUrl}/proxy/health")));
        Assert.Contains(
            "etcd_server_has_leader 1", await http.GetStringAsync(new Uri($"{proxy.ClientUrl}/metrics")));
    }

    [Theory]
    [MemberData(nameof(OurPairs))]
    public async Task Owned_keys_are_read_from_memory_and_writers_of_other_proxies_are_seen(
        ServerKind proxyKind, ServerKind otherKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Go, directory.File("data"));
        var endpoint = new Uri(server.ClientUrl).Authority;
        const string Flag = "--experimental-leasing-prefix=owners/";
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, endpoint, Flag);
        await using var otherProxy = await GrpcProxy.StartAsync(otherKind, endpoint, Flag);
        await using var mine = new EtcdClient(proxy.ClientUrl);
        await using var others = new EtcdClient(otherProxy.ClientUrl);
        await using var outside = new EtcdClient(server.ClientUrl);
        await mine.Kv.PutAsync("k", "0");
        Assert.Equal(1, (await mine.Kv.GetAsync("k")).Kvs[0].Version);
        for (var i = 1; i <= 5; i++)
        {
            await others.Kv.PutAsync("k", $"{i}");
            Assert.Equal($"{i}", (await mine.Kv.GetAsync("k")).Kvs[0].Value.ToStringUtf8());
            await mine.Kv.PutAsync("k", $"mine {i}");
            Assert.Equal($"mine {i}", (await others.Kv.GetAsync("k")).Kvs[0].Value.ToStringUtf8());
        }

        // Once it is owned, a write past all proxies is not seen: reads do come from memory.
        await mine.Kv.PutAsync("m", "owned");
        await GrpcProxy.WaitAsync(
            async () =>
            {
                await mine.Kv.GetAsync("m");
                return (await outside.Kv.GetAsync("owners/m")).Count == 1;
            },
            "the key is never owned");
        await outside.Kv.PutAsync("m", "past the proxies");
        Assert.Equal("owned", (await mine.Kv.GetAsync("m")).Kvs[0].Value.ToStringUtf8());

        // Transactions and deletions of ranges follow the protocol too.
        var put = new RequestOp
        {
            RequestPut = new PutRequest { Key = V3Client.Bytes("k"), Value = V3Client.Bytes("t") },
        };
        await mine.Kv.TxnAsync(new TxnRequest { Success = { put } });
        Assert.Equal("t", (await others.Kv.GetAsync("k")).Kvs[0].Value.ToStringUtf8());
        await others.Kv.DeleteAsync("k", new DeleteOptions { RangeEnd = "l" });
        Assert.Empty((await mine.Kv.GetAsync("k")).Kvs);
    }

    [Fact]
    public async Task Stale_reads_in_order_and_cached_answers_are_served()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var metrics = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var proxy = await GrpcProxy.StartAsync(
            ServerKind.Netcd, new Uri(server.ClientUrl).Authority, "--experimental-serializable-ordering",
            $"--metrics-addr={metrics}", "--enable-pprof", "--debug");
        await using var client = new EtcdClient(proxy.ClientUrl);
        await using var outside = new EtcdClient(server.ClientUrl);
        var stale = new GetOptions { IsSerializable = true };
        await client.Kv.PutAsync("k", "1");
        Assert.Equal("1", (await client.Kv.GetAsync("k", stale)).Kvs[0].Value.ToStringUtf8());
        await outside.Kv.PutAsync("k", "2");
        Assert.Equal("1", (await client.Kv.GetAsync("k", stale)).Kvs[0].Value.ToStringUtf8());
        Assert.Equal("2", (await client.Kv.GetAsync("k")).Kvs[0].Value.ToStringUtf8());
        Assert.Equal("2", (await client.Kv.GetAsync("k", stale)).Kvs[0].Value.ToStringUtf8());
        await client.Kv.PutAsync("k", "3");
        Assert.Equal("3", (await client.Kv.GetAsync("k", stale)).Kvs[0].Value.ToStringUtf8());
        Assert.Equal(
            2, await GrpcProxy.MetricAsync($"{metrics}/proxy/metrics", "etcd_grpc_proxy_cache_hits_total"));
        Assert.Equal(
            2, await GrpcProxy.MetricAsync($"{metrics}/proxy/metrics", "etcd_grpc_proxy_cache_misses_total"));
        using var http = new HttpClient();
        Assert.Contains("goroutine", await http.GetStringAsync(new Uri($"{proxy.ClientUrl}/debug/pprof/")));
    }

    private static IEnumerable<string> Texts(IEnumerable<Google.Protobuf.ByteString> keys) =>
        keys.Select(key => key.ToStringUtf8());

    private static async Task<List<string>> EventsAsync(EtcdWatcher watcher, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var keys = new List<string>();
        await foreach (var batch in watcher.ReadAllAsync(limit.Token))
        {
            keys.AddRange(batch.Events.Select(change => change.Kv.Key.ToStringUtf8()));
            if (keys.Count >= count)
            {
                break;
            }
        }

        return keys;
    }
}
