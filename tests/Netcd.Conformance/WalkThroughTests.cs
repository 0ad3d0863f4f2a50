using System.Text.Json;
using Netcd.Conformance.Infrastructure;
using Netcd.Conformance.LongRunning;

namespace Netcd.Conformance;

/// <summary>The main job: a member started as kubeadm's static pod starts it, looked at with real etcdctl.</summary>
public sealed class WalkThroughTests : IDisposable
{
    private const string Name = "logging.machine.vm";

    private readonly TemporaryDirectory _directory = new();
    private readonly TestCertificates _certificates;
    private readonly int _clientPort = FreePorts.Take();
    private readonly int _secondClientPort = FreePorts.Take();
    private readonly int _peerPort = FreePorts.Take();

    public WalkThroughTests() =>
        _certificates = new TestCertificates(_directory.File("pki")).WithKubeadmSet();

    private string ClientUrl => $"https://127.0.0.1:{_clientPort}";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Member_of_the_static_pod_manifest_answers_real_etcdctl()
    {
        await using var server = await StartAsync();
        var etcdctl = new Etcdctl(ClientUrl, _certificates.ClientFlags("apiserver-etcd-client"));

        // The liveness probe, with the health check's own certificate.
        var probe = await new Etcdctl(ClientUrl, _certificates.ClientFlags("healthcheck-client")).RunAsync("get", "foo");
        Assert.Equal(("", 0), (probe.Output, probe.ExitCode));

        Assert.Equal("OK\n", await etcdctl.OkAsync("put", "/registry/minions/" + Name, "k8s-node"));
        Assert.Equal("OK\n", await etcdctl.OkAsync("put", "/registry/pods/default/a", "pod"));
        Assert.Equal(
            $"/registry/minions/{Name}\nk8s-node\n", await etcdctl.OkAsync("get", "/registry/minions/" + Name));
        Assert.Equal(
            $"/registry/minions/{Name}\nk8s-node\n/registry/pods/default/a\npod\n",
            await etcdctl.OkAsync("get", "/", "--prefix"));

        await CheckStatusAsync(etcdctl);

        var members = await etcdctl.OkAsync("member", "list");
        Assert.Contains($"started, {Name}, https://127.0.0.1:{_peerPort}, {ClientUrl}, false", members, StringComparison.Ordinal);
        Assert.Contains("is healthy", (await etcdctl.RunAsync("endpoint", "health")).Output, StringComparison.Ordinal);

        var snapshot = _directory.File("snapshot.db");
        await etcdctl.OkAsync("snapshot", "save", snapshot);
        var status = await Command.RunAsync(Programs.GoEtcdutl, ["snapshot", "status", snapshot, "-w", "json"]);
        using var snapshotStatus = JsonDocument.Parse(status.Success);
        Assert.Equal(3, snapshotStatus.RootElement.GetProperty("revision").GetInt64());

        Assert.Matches($@"^{ClientUrl}, \d+\n$", await etcdctl.OkAsync("endpoint", "hashkv"));
        Assert.Equal(143, await server.StopAsync());
        Assert.DoesNotContain("\"level\":\"error\"", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_of_real_etcdctl_prints_what_is_put()
    {
        await using var server = await StartAsync();
        var etcdctl = new Etcdctl(ClientUrl, _certificates.ClientFlags("apiserver-etcd-client"));
        await etcdctl.OkAsync("put", "/w/a", "1");

        // From revision 2 on, the watch has history and live events; it ends when its last event came.
        await using var watch = new RunningTool(
            Programs.GoEtcdctl, ClientUrl,
            [.. _certificates.ClientFlags("apiserver-etcd-client"), "watch", "/w/", "--prefix", "--rev=2"]);
        await etcdctl.OkAsync("put", "/w/b", "2");
        await etcdctl.OkAsync("del", "/w/a");
        foreach (var line in new[] { "PUT", "/w/a", "1", "PUT", "/w/b", "2", "DELETE", "/w/a", "" })
        {
            Assert.Equal(line, await watch.ReadLineAsync());
        }

        Assert.Equal("", (await watch.InterruptAsync()).Output);
    }

    [Theory]
    [InlineData("no certificate")]
    [InlineData("certificate of another CA")]
    [InlineData("expired certificate")]
    public async Task Client_without_a_good_certificate_is_refused_with_one_log_line(string which)
    {
        await using var server = await StartAsync();
        var good = new Etcdctl(ClientUrl, _certificates.ClientFlags("healthcheck-client"));
        await good.OkAsync("get", "foo");
        Assert.DoesNotContain("rejected connection", server.Log, StringComparison.Ordinal);

        var refused = await Command.RunAsync(
            "openssl",
            ["s_client", "-connect", $"127.0.0.1:{_clientPort}", "-alpn", "h2", "-quiet", .. BadClientFlags(which)],
            timeLimit: TimeSpan.FromMinutes(3));
        Assert.NotEqual(0, refused.ExitCode);

        await good.OkAsync("get", "foo");
        await server.WaitForLogAsync("rejected connection on client endpoint", TimeSpan.FromMinutes(2));
        var lines = server.Log.Split('\n').Where(line =>
            line.Contains("rejected connection on client endpoint", StringComparison.Ordinal)).ToList();
        var line = Assert.Single(lines);
        using var json = JsonDocument.Parse(line);
        Assert.Equal("warn", json.RootElement.GetProperty("level").GetString());
        Assert.StartsWith("127.0.0.1:", json.RootElement.GetProperty("remote-addr").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(json.RootElement.GetProperty("error").GetString()!);
    }

    private static void CheckTable(string table)
    {
        var header = table.Split('\n')[1];
        Assert.Contains("ENDPOINT", header, StringComparison.Ordinal);
        Assert.Contains("IS LEADER", header, StringComparison.Ordinal);
    }

    private async Task CheckStatusAsync(Etcdctl etcdctl)
    {
        var simple = (await etcdctl.OkAsync("endpoint", "status")).Split(", ");
        Assert.Equal((ClientUrl, "3.6.14", "true", "false"), (simple[0], simple[2], simple[4], simple[5]));
        CheckTable(await etcdctl.OkAsync("endpoint", "status", "-w", "table"));

        using var json = JsonDocument.Parse(await etcdctl.OkAsync("endpoint", "status", "-w", "json"));
        var status = json.RootElement[0].GetProperty("Status");
        Assert.Equal("3.6.14", status.GetProperty("version").GetString());
        Assert.Equal(3, status.GetProperty("header").GetProperty("revision").GetInt64());
        Assert.Equal(2, status.GetProperty("raftTerm").GetInt64());
        Assert.Equal(
            status.GetProperty("header").GetProperty("member_id").GetUInt64(), status.GetProperty("leader").GetUInt64());
        Assert.True(status.GetProperty("dbSize").GetInt64() > 0);
    }

    private string[] BadClientFlags(string which)
    {
        switch (which)
        {
            case "certificate of another CA":
                var other = new TestCertificates(_directory.File("other"), "other-ca").WithKubeadmSet();
                return ["-cert", other.CertFile("healthcheck-client"), "-key", other.KeyFile("healthcheck-client")];
            case "expired certificate":
                _certificates.Issue("old", "old", server: false, client: true, DateTimeOffset.UtcNow.AddDays(-1));
                return ["-cert", _certificates.CertFile("old"), "-key", _certificates.KeyFile("old")];
            default:
                return [];
        }
    }

    private Task<EtcdServer> StartAsync() =>
        EtcdServer.StartWithAsync(
            ServerKind.Netcd,
            ClientUrl,
            $"--advertise-client-urls={ClientUrl}",
            $"--cert-file={_certificates.CertFile("server")}",
            "--client-cert-auth=true",
            $"--data-dir={_directory.File("data")}",
            $"--initial-advertise-peer-urls=https://127.0.0.1:{_peerPort}",
            $"--initial-cluster={Name}=https://127.0.0.1:{_peerPort}",
            $"--key-file={_certificates.KeyFile("server")}",
            $"--listen-client-urls={ClientUrl},https://127.0.0.1:{_secondClientPort}",
            $"--listen-peer-urls=https://127.0.0.1:{_peerPort}",
            $"--name={Name}",
            $"--peer-cert-file={_certificates.CertFile("peer")}",
            "--peer-client-cert-auth=true",
            $"--peer-key-file={_certificates.KeyFile("peer")}",
            $"--peer-trusted-ca-file={_certificates.CaFile}",
            "--snapshot-count=10000",
            $"--trusted-ca-file={_certificates.CaFile}");
}
