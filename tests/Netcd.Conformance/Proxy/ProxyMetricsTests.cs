using Netcd.Conformance.Infrastructure;
using Netcd.Conformance.Metrics;

namespace Netcd.Conformance.Proxy;

public sealed class ProxyMetricsTests
{
    /// <summary>Each name of the page with its type, its labels and its bounds; the runtime's own are others.</summary>
    [Fact]
    public async Task All_that_etcd_s_proxy_shows_is_shown()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Go, directory.File("data"));
        var expected = await FamiliesAsync(ServerKind.Go, server);
        var actual = await FamiliesAsync(ServerKind.Netcd, server);
        Assert.True(expected.Count > 80, $"{expected.Count} names");
        Assert.Empty(expected.Except(actual, StringComparer.Ordinal));
    }

    private static async Task<List<string>> FamiliesAsync(ServerKind kind, EtcdServer server)
    {
        var metrics = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var proxy = await GrpcProxy.StartAsync(
            kind, new Uri(server.ClientUrl).Authority, $"--metrics-addr={metrics}");
        using var http = new HttpClient();
        string? page = null;
        await GrpcProxy.WaitAsync(
            async () =>
            {
                try
                {
                    page = await http.GetStringAsync($"{metrics}/proxy/metrics");
                }
                catch (HttpRequestException)
                {
                    // It is listened to a little later.
                }

                return page is not null;
            },
            "no page");
        return
        [
            .. MetricsText.Parse(page ?? "").Families.Values
                .Where(family => !family.Name.StartsWith("go_", StringComparison.Ordinal))
                .Select(family => $"{family.Name} {family.Type} {family.Labels} {family.Bounds}"),
        ];
    }
}
