using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Bootstrap;

/// <summary>Members that are told only where to ask find each other, with a real etcd as the service.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DiscoveryTests
{
    [Fact]
    public async Task Members_of_both_kinds_meet_at_a_version_2_URL()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EtcdServer.StartAsync(
            ServerKind.Go, directory.File("service"), "--enable-v2=true");
        using var http = new HttpClient();
        var url = $"{service.ClientUrl}/v2/keys/discovery/token";
        using var size = new FormUrlEncodedContent([new("value", "3")]);
        using (await http.PutAsync(url + "/_config/size", size))
        {
        }

        var members = Members(directory, ServerKind.Netcd, ServerKind.Go, ServerKind.Netcd, ServerKind.Netcd);
        try
        {
            foreach (var member in members.Take(3))
            {
                Launch(member, "--discovery=" + url);
            }

            await AssertOneClusterAsync(members.Take(3).ToList());
            Launch(members[3], "--discovery=" + url);
            Assert.Equal(1, await members[3].Server!.WaitForExitAsync());
            Assert.Contains(
                "failed to join discovery cluster (discovery: cluster is full)", members[3].Server!.Log);
        }
        finally
        {
            await StopAsync(members);
        }
    }

    [Fact]
    public async Task Members_meet_at_a_version_3_registry()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EtcdServer.StartAsync(ServerKind.Go, directory.File("service"));
        using var registry = new V3Client(service.ClientUrl);
        await registry.PutAsync("/_etcd/registry/token/_config/size", "3");
        var members = Members(directory, ServerKind.Netcd, ServerKind.Netcd, ServerKind.Go, ServerKind.Netcd);
        string[] flags =
        [
            "--discovery-token=token", $"--discovery-endpoints=127.0.0.1:{FreePorts.Take()},{service.ClientUrl}",
        ];
        try
        {
            Launch(members[0], flags);
            Launch(members[1], flags);

            // Go etcd 3.5 has no version 3 discovery: it is registered by hand, and told what the others find.
            var go = members[2];
            await registry.PutAsync("/_etcd/registry/token/members/1", $"{go.Name}={go.PeerUrl}");
            Launch(
                go,
                "--initial-cluster-token=token",
                "--initial-cluster=" + string.Join(',', members.Take(3).Select(one => $"{one.Name}={one.PeerUrl}")));
            await AssertOneClusterAsync(members.Take(3).ToList());
            Launch(members[3], flags);
            Assert.Equal(1, await members[3].Server!.WaitForExitAsync());
            Assert.Contains(
                "failed to join discovery cluster (discovery: cluster is full)", members[3].Server!.Log);

            // Whoever has a log does not ask again.
            await members[0].Server!.StopAsync();
            await members[0].Server!.DisposeAsync();
            Launch(members[0], flags);
            await members[0].Server!.WaitReadyAsync();
            Assert.Contains(
                "discovery token is ignored since cluster already initialized; valid logs are found",
                members[0].Server!.Log);
        }
        finally
        {
            await StopAsync(members);
        }
    }

    [Fact]
    public async Task Members_meet_at_a_registry_that_wants_certificates_and_a_password()
    {
        using var directory = new TemporaryDirectory();
        var certificates = new TestCertificates(directory.File("pki")).WithKubeadmSet();
        var (url, peer) = ($"https://127.0.0.1:{FreePorts.Take()}", $"https://127.0.0.1:{FreePorts.Take()}");
        await using var service = await EtcdServer.StartWithAsync(
            ServerKind.Go,
            url,
            [
                "--name=m1", $"--data-dir={directory.File("service")}", $"--listen-client-urls={url}",
                $"--advertise-client-urls={url}", $"--listen-peer-urls={peer}",
                $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=m1={peer}",
                .. certificates.MutualTlsFlags,
            ]);
        var ctl = new Etcdctl(url, certificates.ClientFlags("healthcheck-client"));
        await ctl.OkAsync("put", "/_etcd/registry/token/_config/size", "2");
        await ctl.OkAsync("user", "add", "root:secret");
        await ctl.OkAsync("user", "grant-role", "root", "root");
        await ctl.OkAsync("auth", "enable");
        string[] flags =
        [
            "--discovery-token=token", $"--discovery-endpoints={url}", "--discovery-insecure-transport=false",
            $"--discovery-cacert={certificates.CaFile}",
            $"--discovery-cert={certificates.CertFile("apiserver-etcd-client")}",
            $"--discovery-key={certificates.KeyFile("apiserver-etcd-client")}", "--discovery-user=root",
        ];
        var members = Members(directory, ServerKind.Netcd, ServerKind.Netcd, ServerKind.Netcd);
        try
        {
            Launch(members[0], [.. flags, "--discovery-password=secret"]);
            Launch(members[1], [.. flags, "--discovery-password=secret"]);
            await AssertOneClusterAsync(members.Take(2).ToList());

            // A wrong password is no reason to give up: the service may have it changed in a moment.
            Launch(members[2], [.. flags, "--discovery-password=wrong"]);
            await members[2].Server!.WaitForLogAsync(
                "etcdserver: authentication failed, invalid user ID or password", TimeSpan.FromMinutes(2));
            Assert.DoesNotContain("wrong", LinesAfterFirst(members[2].Server!.Log), StringComparison.Ordinal);
        }
        finally
        {
            await StopAsync(members);
        }
    }

    // The first line shows the command line, as etcd's does.
    private static string LinesAfterFirst(string log) => log[(log.IndexOf('\n', StringComparison.Ordinal) + 1)..];

    private static List<FoundMember> Members(TemporaryDirectory directory, params ServerKind[] kinds) =>
        [.. kinds.Select((kind, i) => new FoundMember(kind, $"m{i}", directory.File($"m{i}")))];

    private static void Launch(FoundMember member, params string[] flags) =>
        member.Server = EtcdServer.Launch(
            member.Kind,
            member.ClientUrl,
            [
                $"--name={member.Name}", $"--data-dir={member.DataDirectory}", $"--listen-client-urls={member.ClientUrl}",
                $"--advertise-client-urls={member.ClientUrl}", $"--listen-peer-urls={member.PeerUrl}",
                $"--initial-advertise-peer-urls={member.PeerUrl}", .. flags,
            ]);

    private static async Task AssertOneClusterAsync(List<FoundMember> members)
    {
        await Task.WhenAll(members.Select(member => member.Server!.WaitReadyAsync()));
        var clusters = new HashSet<ulong>();
        foreach (var member in members)
        {
            using var client = new V3Client(member.ClientUrl);
            await client.PutAsync(member.Name, "x");
            var answer = await client.MembersAsync();
            clusters.Add(answer.Header.ClusterId);
            Assert.Equal(
                members.Select(one => $"{one.Name}={one.PeerUrl}").Order(StringComparer.Ordinal),
                answer.Members.Select(one => $"{one.Name}={one.PeerURLs[0]}").Order(StringComparer.Ordinal));
        }

        Assert.Single(clusters);
    }

    private static async Task StopAsync(List<FoundMember> members)
    {
        foreach (var member in members)
        {
            if (member.Server is { } server)
            {
                await server.DisposeAsync();
            }
        }
    }
}
