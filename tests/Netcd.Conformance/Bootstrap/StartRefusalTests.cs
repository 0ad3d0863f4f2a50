using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Bootstrap;

/// <summary>Starts that etcd refuses are refused with its text and its exit code.</summary>
[Collection(ClusterCollection.Name)]
public sealed partial class StartRefusalTests
{
    [Theory]
    [InlineData("unknown name", "--name=x", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={own}")]
    [InlineData("other URL", "--name=a", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={other}")]
    [InlineData("one too many", "--name=a", "--initial-advertise-peer-urls={own},{other}", "--initial-cluster=a={own}")]
    [InlineData("one too few", "--name=a", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={own},a={other}")]
    [InlineData("same URL twice", "--name=a", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={own},b={own}")]
    [InlineData("bad scheme", "--name=a", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={own},b=ftp://x:1")]
    [InlineData("no URL", "--name=a", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={own},b")]
    [InlineData(
        "nobody to join", "--name=a", "--initial-advertise-peer-urls={own}", "--initial-cluster=a={own},b={other}",
        "--initial-cluster-state=existing")]
    public async Task Flags_that_make_no_cluster_are_refused_as_etcd_does(string what, params string[] flags)
    {
        var (own, other) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        string[] arguments =
        [
            $"--listen-peer-urls={own}", $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            .. flags.Select(flag => flag.Replace("{own}", own).Replace("{other}", other)),
        ];
        var go = await RefusalOfAsync(ServerKind.Go, arguments);
        Assert.NotEqual("", go);
        Assert.True(go == await RefusalOfAsync(ServerKind.Netcd, arguments), $"{what}: {go}");
    }

    [Theory]
    [InlineData("listener failed", "--cert-file={missing}", "--key-file={missing}")]
    [InlineData("listener failed", "--cert-file={missing}")]
    [InlineData("discovery failed", "--peer-key-file={missing}")]
    [InlineData("discovery failed", "--peer-cert-file={missing}", "--peer-key-file={missing}")]
    public async Task Certificates_that_cannot_be_read_are_refused_as_etcd_does(
        string message, params string[] flags)
    {
        var (peerScheme, clientScheme) = message == "listener failed" ? ("http", "https") : ("https", "http");
        var peer = $"{peerScheme}://127.0.0.1:{FreePorts.Take()}";
        var client = $"{clientScheme}://127.0.0.1:{FreePorts.Take()}";
        string[] urls =
        [
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}",
            $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=default={peer}",
        ];
        string[] arguments = [.. urls, .. flags.Select(flag => flag.Replace("{missing}", "/nowhere/x.pem"))];
        var go = await RefusalOfAsync(ServerKind.Go, arguments, message);
        Assert.NotEqual("", go);
        Assert.Equal(go, await RefusalOfAsync(ServerKind.Netcd, arguments, message));
    }

    /// <summary>A name is told by its address, as the operator finds it among the open ports.</summary>
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_port_that_is_taken_is_refused_as_etcd_does(string host)
    {
        var port = FreePorts.Take();
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        string[] arguments =
        [
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls=http://{host}:{port}", $"--initial-advertise-peer-urls=http://{host}:{port}",
            $"--initial-cluster=default=http://{host}:{port}",
        ];
        var go = await RefusalOfAsync(ServerKind.Go, arguments);
        Assert.Equal($"listen tcp 127.0.0.1:{port}: bind: address already in use", go);
        Assert.Equal(go, await RefusalOfAsync(ServerKind.Netcd, arguments));
    }

    [Fact]
    public async Task A_running_cluster_is_not_joined_with_flags_that_do_not_describe_it()
    {
        await using var cluster = await EtcdCluster.StartAsync(new ClusterOptions(ServerKind.Netcd, ServerKind.Go));
        var initial = string.Join(',', cluster.Members.Select(member => $"{member.Name}={member.PeerUrl}"));
        var stranger = $"http://127.0.0.1:{FreePorts.Take()}";
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        string[] addresses =
        [
            $"--listen-peer-urls={stranger}", $"--initial-advertise-peer-urls={stranger}",
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}", "--name=x",
        ];

        // Nobody announced it; then somebody else took its place.
        await AssertSameRefusalAsync(
            "member count is unequal",
            [.. addresses, $"--initial-cluster={initial},x={stranger}", "--initial-cluster-state=existing"]);
        var first = cluster.Members[0];
        await AssertSameRefusalAsync(
            "PeerURLs: no match found for existing member",
            [
                .. addresses, $"--initial-cluster={first.Name}={first.PeerUrl},x={stranger}",
                "--initial-cluster-state=existing",
            ]);
    }

    [Fact]
    public async Task A_member_without_its_disk_does_not_found_its_cluster_again()
    {
        foreach (var kind in new[] { ServerKind.Go, ServerKind.Netcd })
        {
            await using var cluster = await EtcdCluster.StartAsync(
                new ClusterOptions(ServerKind.Netcd, ServerKind.Go, ServerKind.Netcd));
            var lost = cluster.Members[2];
            await lost.KillAsync();
            lost.LoseDisk();
            lost.Kind = kind;
            lost.Launch();
            Assert.Equal(1, await lost.Server.WaitForExitAsync());
            Assert.Matches("member [0-9a-f]+ has already been bootstrapped", ErrorOf(lost.Server.Log));
        }
    }

    private static async Task AssertSameRefusalAsync(string text, string[] arguments)
    {
        var go = await RefusalOfAsync(ServerKind.Go, arguments);
        Assert.Contains(text, go);

        // Go walks its members in any order, so only what follows them is compared.
        Assert.Equal(Members().Replace(go, ""), Members().Replace(await RefusalOfAsync(ServerKind.Netcd, arguments), ""));
    }

    private static async Task<string> RefusalOfAsync(
        ServerKind kind, string[] arguments, string message = "discovery failed")
    {
        using var directory = new TemporaryDirectory();
        await using var server = EtcdServer.Launch(
            kind, "", [.. arguments, $"--data-dir={directory.File("data")}"]);
        Assert.Equal(1, await server.WaitForExitAsync());
        return ErrorOf(server.Log, message);
    }

    private static string ErrorOf(string log, string message = "discovery failed")
    {
        var line = log.Split('\n')
            .Single(line => line.Contains($"\"msg\":\"{message}\"", StringComparison.Ordinal));
        return JsonDocument.Parse(line).RootElement.GetProperty("error").GetString() ?? "";
    }

    [GeneratedRegex("Members:\\[.*\\] RemovedMemberIDs")]
    private static partial Regex Members();
}
