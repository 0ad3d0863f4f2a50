using System.Text.Json;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Bootstrap;

/// <summary>What single flags of discovery bring about; on both programs where both have the flag.</summary>
public sealed class DiscoveryFlagTests
{
    [Fact]
    public async Task A_proxy_carries_the_discovery_by_URL()
    {
        var requests = new List<IReadOnlyList<string>>();
        var (client, peer) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        foreach (var kind in new[] { ServerKind.Go, ServerKind.Netcd })
        {
            using var directory = new TemporaryDirectory();
            await using var proxy = new KeysProxy();
            await using (await EtcdServer.StartWithAsync(
                kind, client, Flags(directory, client, peer, $"--discovery-proxy={proxy.Address}")))
            {
                requests.Add([.. proxy.Requests.Distinct()]);
            }
        }

        Assert.All(requests[0], request => Assert.Contains(" http://discovery.invalid/", request, StringComparison.Ordinal));
        Assert.Equal(requests[0], requests[1]);
    }

    [Fact]
    public async Task A_member_that_is_one_too_many_falls_back_to_its_end()
    {
        var texts = new List<string>();
        foreach (var kind in new[] { ServerKind.Go, ServerKind.Netcd })
        {
            using var directory = new TemporaryDirectory();
            await using var proxy = new KeysProxy();
            proxy.Register("8e9e05c52164694d", "other=http://127.0.0.1:1");
            var (client, peer) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
            await using var server = EtcdServer.Launch(
                kind,
                client,
                Flags(directory, client, peer, $"--discovery-proxy={proxy.Address}", "--discovery-fallback=exit"));
            Assert.Equal(1, await server.WaitForExitAsync());
            texts.Add(ErrorOf(server.Log));
        }

        Assert.Contains("cluster is full", texts[0], StringComparison.Ordinal);
        Assert.Equal(texts[0], texts[1]);
    }

    /// <summary>The proxy of version 2 is gone, as in etcd 3.6.</summary>
    [Fact]
    public async Task No_member_falls_back_to_a_proxy()
    {
        var answer = await Command.RunAsync(Programs.Netcd, ["--discovery-fallback=proxy"]);
        Assert.Equal(1, answer.ExitCode);
        Assert.Contains(
            "v2 proxy is deprecated, and --discovery-fallback can't be configured as \\\"proxy\\\"",
            answer.Error,
            StringComparison.Ordinal);
    }

    /// <summary>
    /// A registry whose certificate no authority signed is found only when nobody looks at it, and then is spoken to with
    /// TLS.
    /// </summary>
    [Fact]
    public async Task A_registry_with_a_certificate_of_its_own_is_trusted_when_told()
    {
        using var directory = new TemporaryDirectory();
        var (url, peer) = ($"https://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        await using var service = await EtcdServer.StartWithAsync(
            ServerKind.Go, url, $"--data-dir={directory.File("service")}", $"--listen-client-urls={url}",
            $"--advertise-client-urls={url}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=default={peer}", "--auto-tls");
        await new Etcdctl(url, "--insecure-skip-tls-verify", "--insecure-transport=false")
            .OkAsync("put", "/_etcd/registry/token/_config/size", "1");
        var endpoint = url["https://".Length..];
        string[] flags = ["--discovery-token=token", $"--discovery-endpoints={endpoint}"];

        // The endpoint says nothing of TLS: that is for the flags to say.
        await using (var stranger = Launch(directory, [.. flags, "--discovery-insecure-transport=false"]))
        {
            await stranger.WaitForLogAsync("certificate", TimeSpan.FromMinutes(2));
            Assert.DoesNotContain("serving client traffic", stranger.Log, StringComparison.Ordinal);
        }

        await using var trusting = Launch(
            directory,
            [.. flags, "--discovery-insecure-transport=false", "--discovery-insecure-skip-tls-verify"]);
        await trusting.WaitReadyAsync();
    }

    private static EtcdServer Launch(TemporaryDirectory directory, string[] flags)
    {
        var (client, peer) = ($"http://127.0.0.1:{FreePorts.Take()}", $"http://127.0.0.1:{FreePorts.Take()}");
        return EtcdServer.Launch(
            ServerKind.Netcd,
            client,
            [
                "--name=m1", $"--data-dir={directory.File(Guid.NewGuid().ToString())}",
                $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
                $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", .. flags,
            ]);
    }

    private static string[] Flags(TemporaryDirectory directory, string client, string peer, params string[] more) =>
    [
        "--name=m1", $"--data-dir={directory.File("data")}", $"--listen-client-urls={client}",
        $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
        "--discovery=http://discovery.invalid/token", .. more,
    ];

    private static string ErrorOf(string log)
    {
        var line = log.Split('\n')
            .Last(line => line.Contains("cluster is full", StringComparison.Ordinal) && line.StartsWith('{'));
        return JsonDocument.Parse(line).RootElement.GetProperty("error").GetString() ?? "";
    }
}
