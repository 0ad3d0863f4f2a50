using System.Text.Json;
using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Metrics;

public sealed partial class DebugVarsTests
{
    /// <summary>Names, order and form of Raft's state; numbers of entries and terms are each run's own.</summary>
    [Fact]
    public async Task Raft_s_state_is_shown_as_by_etcd()
    {
        var (client, peer) = (FreePorts.Take(), FreePorts.Take());
        var expected = await StatusAsync(ServerKind.Go, client, peer);
        Assert.Contains("\"progress\":{\"", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await StatusAsync(ServerKind.Netcd, client, peer));
    }

    private static async Task<string> StatusAsync(ServerKind kind, int client, int peer)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), client, peer);
        using var keys = new V3Client(server.ClientUrl);
        await keys.PutAsync("k", "v");
        using var http = new HttpClient();
        using var page = JsonDocument.Parse(await http.GetStringAsync($"{server.ClientUrl}/debug/vars"));
        return Numbers().Replace(page.RootElement.GetProperty("raft.status").GetRawText(), ":N");
    }

    [GeneratedRegex(@":[1-9]\d*\b")]
    private static partial Regex Numbers();
}
