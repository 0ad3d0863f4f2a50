using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Conformance.Metrics;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Upkeep;

/// <summary>What flags bring about, seen from outside; on both programs where both show it alike.</summary>
public sealed class FlagEffectTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(ServerKind.Go, "--experimental-warning-apply-duration=1ns")]
    [InlineData(ServerKind.Netcd, "--experimental-warning-apply-duration=1ns")]
    [InlineData(ServerKind.Netcd, "--warning-apply-duration=1ns")]
    public async Task Applies_slower_than_allowed_are_logged_and_counted(ServerKind kind, string flag)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), flag);
        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("k", "v");
        await server.WaitForLogAsync("apply request took too long", Patience);
        Assert.True((await MetricsAsync(server)).Families["etcd_server_slow_apply_total"].Sum > 0);
    }

    [Theory]
    [InlineData("--warning-unary-request-duration=1us")]
    [InlineData("--experimental-warning-unary-request-duration=1us")]
    public async Task Calls_slower_than_allowed_are_logged(string flag)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"), flag);
        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("k", "v");
        await server.WaitForLogAsync("\"msg\":\"request stats\"", Patience);
        await server.WaitForLogAsync("\"response type\":\"/etcdserverpb.KV/Put\"", Patience);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Snapshots_are_made_and_old_files_purged(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), "--snapshot-count=20", "--max-snapshots=2", "--max-wals=2",
            "--heartbeat-interval=10", "--election-timeout=100", "--log-level=info");
        using var client = new V3Client(server.ClientUrl);
        var snapshots = Path.Combine(directory.File("data"), "member", "snap");
        var made = new HashSet<string>(StringComparer.Ordinal);
        var clock = Stopwatch.StartNew();
        while (made.Count < 4)
        {
            await client.PutAsync("k", "v");
            made.UnionWith(Directory.GetFiles(snapshots, "*.snap"));
            Assert.True(clock.Elapsed < Patience, $"only {made.Count} snapshots were made");
        }

        // The purge comes each thirty seconds there, and each three hundred heartbeats here.
        while (Directory.GetFiles(snapshots, "*.snap").Length > 2)
        {
            Assert.True(clock.Elapsed < Patience * 2, "snapshots are not purged");
            await Task.Delay(100);
        }
    }

    [Fact]
    public async Task The_log_goes_into_a_file_that_is_rotated()
    {
        using var directory = new TemporaryDirectory();
        var log = directory.File("etcd.log");
        var url = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var server = EtcdServer.Launch(
            ServerKind.Netcd, url, $"--data-dir={directory.File("data")}", $"--listen-client-urls={url}",
            $"--advertise-client-urls={url}", $"--listen-peer-urls=http://127.0.0.1:{FreePorts.Take()}",
            $"--log-outputs={log}", "--enable-log-rotation", "--log-format=console", "--log-level=debug",
            """--log-rotation-config-json={"maxsize": 1}""");
        var clock = Stopwatch.StartNew();
        while (!File.Exists(log) || !(await File.ReadAllTextAsync(log)).Contains("serving client traffic", StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < Patience, "nothing is logged");
            await Task.Delay(50);
        }

        Assert.Equal("", server.Log);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT[0-9:.]+Z\tinfo\t", await File.ReadAllTextAsync(log));

        // At level debug each call is shown with its key, four letters a byte: a megabyte is soon full.
        using var client = new V3Client(url);
        var range = new RangeRequest { Key = ByteString.CopyFrom(new byte[7000]) };
        string[] old;
        while ((old = Directory.GetFiles(directory.Path, "etcd-*.log")).Length == 0)
        {
            Assert.True(clock.Elapsed < Patience, $"{new FileInfo(log).Length} bytes and no rotation");
            await client.RangeAsync(range);
        }

        Assert.Matches(@"etcd-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$", Assert.Single(old));
        Assert.InRange(new FileInfo(old[0]).Length, 900_000, 1024 * 1024);
        Assert.InRange(new FileInfo(log).Length, 1, 500_000);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task A_configuration_file_stands_for_all_flags(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        var url = $"http://127.0.0.1:{FreePorts.Take()}";
        var peer = $"http://127.0.0.1:{FreePorts.Take()}";
        await File.WriteAllTextAsync(
            directory.File("etcd.yml"),
            $"""
            name: from-file
            data-dir: {directory.File("data")}
            listen-client-urls: {url}
            advertise-client-urls: {url}
            listen-peer-urls: {peer}
            initial-advertise-peer-urls: {peer}
            initial-cluster: from-file={peer}
            """);

        // Beside a file flags count for nothing.
        await using var server = await EtcdServer.StartWithAsync(
            kind, url, $"--config-file={directory.File("etcd.yml")}", "--name=from-flag");
        using var client = new V3Client(url);
        Assert.Equal("from-file", Assert.Single((await client.MembersAsync()).Members).Name);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task The_version_is_told(ServerKind kind)
    {
        var answer = await Command.RunAsync(kind == ServerKind.Go ? Programs.GoEtcd : Programs.Netcd, ["--version"]);
        Assert.Equal(0, answer.ExitCode);
        Assert.Matches(@"^etcd Version: 3\.\d+\.\d+\n", answer.Output);
    }

    [Fact]
    public async Task Two_members_share_a_port()
    {
        using var directory = new TemporaryDirectory();
        var port = FreePorts.Take();
        await using var first = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("a"), port, FreePorts.Take(), "--socket-reuse-port",
            "--socket-reuse-address");
        await using var second = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("b"), port, FreePorts.Take(), "--socket-reuse-port");
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task A_backend_with_much_free_space_is_defragmented_at_start()
    {
        using var directory = new TemporaryDirectory();
        await using (var first = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data")))
        {
            using var client = new V3Client(first.ClientUrl);
            for (var i = 0; i < 8; i++)
            {
                await client.PutAsync(new PutRequest
                {
                    Key = V3Client.Bytes($"k{i}"), Value = ByteString.CopyFrom(new byte[1024 * 1024]),
                });
            }

            var deleted = await client.DeleteAsync(
                new DeleteRangeRequest { Key = V3Client.Bytes("k"), RangeEnd = V3Client.PrefixEnd("k") });
            await client.CompactAsync(deleted.Header.Revision, physical: true);
            await first.StopAsync();
        }

        foreach (var (threshold, text) in new[]
        {
            ("--bootstrap-defrag-threshold-megabytes=1000", "Skipping defragmentation"),
            ("--experimental-bootstrap-defrag-threshold-megabytes=4", "finished defragmenting directory"),
        })
        {
            await using var server = await EtcdServer.StartAsync(
                ServerKind.Netcd, directory.File("data"), threshold);
            await server.WaitForLogAsync(text, Patience);
            using var client = new V3Client(server.ClientUrl);
            Assert.True(text[0] == 'S' == ((await client.StatusAsync()).DbSize > 4 * 1024 * 1024));
            await server.StopAsync();
        }
    }

    /// <summary>Flags that change how work is done, not what comes of it: the member serves, and tells what is on.</summary>
    [Fact]
    public async Task A_member_with_every_tuning_flag_serves()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("data"), "--unsafe-no-fsync", "--backend-batch-interval=50ms",
            "--backend-batch-limit=100", "--backend-bbolt-freelist-type=map", "--compaction-batch-limit=10",
            "--compaction-sleep-interval=1ms", "--experimental-snapshot-catchup-entries=50",
            "--raft-read-timeout=6s", "--raft-write-timeout=6s", "--max-concurrent-streams=100",
            "--grpc-keepalive-min-time=1s", "--grpc-keepalive-interval=1h", "--grpc-keepalive-timeout=10s",
            "--watch-progress-notify-interval=100ms", "--downgrade-check-time=1s", "--metrics=extensive",
            "--feature-gates=LeaseCheckpoint=true,LeaseCheckpointPersist=true,CompactHashCheck=true",
            "--compact-hash-check-time=1s", "--corrupt-check-time=1s", "--experimental-initial-corrupt-check=true",
            "--strict-reconfig-check=false", "--pre-vote=false", "--initial-election-tick-advance=false",
            "--max-learners=2", "--v2-deprecation=write-only", "--logger=zap",
            "--experimental-txn-mode-write-with-shared-buffer=false",
            "--experimental-stop-grpc-service-on-defrag=true", "--discovery-fallback=exit");
        using var client = new V3Client(server.ClientUrl);
        for (var i = 0; i < 200; i++)
        {
            await client.PutAsync("k", $"{i}");
        }

        var revision = (await client.PutAsync("k", "last")).Header.Revision;
        await client.CompactAsync(revision, physical: true);
        var gates = (await MetricsAsync(server)).Families["etcd_server_feature_enabled"].Series;
        Assert.Contains(("name=\"LeaseCheckpoint\",stage=\"ALPHA\"", 1.0), gates);
        Assert.Contains(("name=\"TxnModeWriteWithSharedBuffer\",stage=\"BETA\"", 0.0), gates);
        Assert.Equal(0, await server.StopAsync() is 143 or 0 ? 0 : 1);
    }

    [Fact]
    public async Task A_member_under_the_old_names_of_flags_serves()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("data"), "--experimental-compact-hash-check-enabled=true",
            "--experimental-compact-hash-check-time=1s", "--experimental-compaction-batch-limit=10",
            "--experimental-compaction-sleep-interval=1ms", "--experimental-downgrade-check-time=1s",
            "--experimental-enable-lease-checkpoint=true", "--experimental-enable-lease-checkpoint-persist=true",
            "--experimental-peer-skip-client-san-verification=true", "--max-cluster-version=3.6",
            "--experimental-watch-progress-notify-interval=100ms", "--experimental-distributed-tracing-address=127.0.0.1:1",
            "--experimental-distributed-tracing-service-name=etcd", "--experimental-distributed-tracing-instance-id=i");
        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("k", "v");
        await server.WaitForLogAsync("deprecated", Patience);

        // A watcher without events hears of the progress as often as the flag says.
        using var watch = client.Watch();
        await watch.WriteAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest { Key = V3Client.Bytes("other"), ProgressNotify = true },
        });
        await using var answers = watch.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        Assert.True(await answers.MoveNextAsync().AsTask().WaitAsync(Patience));
        Assert.Empty(answers.Current.Events);
    }

    [Theory]
    [InlineData("--memory-mlock")]
    [InlineData("--experimental-memory-mlock")]
    public async Task The_backend_is_kept_in_memory(string flag)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"), flag);
        var locked = (await File.ReadAllLinesAsync($"/proc/{server.ProcessId}/status"))
            .Single(line => line.StartsWith("VmLck:", StringComparison.Ordinal));
        Assert.DoesNotMatch(@"\s0 kB", locked);
    }

    [Fact]
    public async Task Each_kind_of_listener_serves_its_kind()
    {
        using var directory = new TemporaryDirectory();
        var http = $"http://127.0.0.1:{FreePorts.Take()}";
        var metrics = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var server = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("data"), $"--listen-client-http-urls={http}",
            $"--listen-metrics-urls={metrics}", "--enable-grpc-gateway=false");
        using var client = new HttpClient();
        Assert.Contains("etcdserver", await client.GetStringAsync($"{http}/version"), StringComparison.Ordinal);
        Assert.Contains("etcd_server_id", await client.GetStringAsync($"{metrics}/metrics"), StringComparison.Ordinal);
        using var gateway = await client.PostAsync($"{http}/v3/kv/range", new StringContent("{}"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, gateway.StatusCode);
    }

    [Fact]
    public async Task Members_with_certificates_they_made_serve()
    {
        using var directory = new TemporaryDirectory();
        var url = $"https://127.0.0.1:{FreePorts.Take()}";
        var peer = $"https://127.0.0.1:{FreePorts.Take()}";
        await using var server = await EtcdServer.StartWithAsync(
            ServerKind.Netcd, url, $"--data-dir={directory.File("data")}", $"--listen-client-urls={url}",
            $"--advertise-client-urls={url}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=default={peer}", "--auto-tls", "--peer-auto-tls", "--self-signed-cert-validity=2",
            "--cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "--tls-max-version=TLS1.2");
        var answer = await new Etcdctl(url, "--insecure-skip-tls-verify", "--insecure-transport=false")
            .RunAsync("endpoint", "health");
        Assert.Equal(0, answer.ExitCode);
        Assert.True(File.Exists(Path.Combine(directory.File("data"), "fixtures", "peer", "cert.pem")));
    }

    [Fact]
    public async Task Members_with_certificates_of_their_own_serve()
    {
        using var directory = new TemporaryDirectory();
        var pki = new TestCertificates(directory.File("pki")).WithKubeadmSet();
        var url = $"https://127.0.0.1:{FreePorts.Take()}";
        var peer = $"https://127.0.0.1:{FreePorts.Take()}";
        const string Client = "apiserver-etcd-client";
        await using var server = await EtcdServer.StartWithAsync(
            ServerKind.Netcd, url,
            [
                $"--data-dir={directory.File("data")}", $"--listen-client-urls={url}", $"--advertise-client-urls={url}",
                $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
                $"--initial-cluster=default={peer}", .. pki.MutualTlsFlags, "--tls-min-version=TLS1.2",
                $"--client-cert-file={pki.CertFile(Client)}", $"--client-key-file={pki.KeyFile(Client)}",
                $"--peer-client-cert-file={pki.CertFile("peer")}", $"--peer-client-key-file={pki.KeyFile("peer")}",
            ]);
        await new Etcdctl(url, pki.ClientFlags(Client)).OkAsync("put", "k", "v");
    }

    private static async Task<MetricsText> MetricsAsync(EtcdServer server)
    {
        using var http = new HttpClient();
        return MetricsText.Parse(await http.GetStringAsync($"{server.ClientUrl}/metrics"));
    }
}
