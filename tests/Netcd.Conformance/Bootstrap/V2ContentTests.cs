using System.Globalization;
using System.Text.Json;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Bootstrap;

/// <summary>
/// Keys that somebody wrote with the version 2 API of etcd 3.5 are no longer served: a member that would lose them does
/// not start (<c>--v2-deprecation</c>).
/// </summary>
public sealed class V2ContentTests
{
    [Fact]
    public async Task Keys_of_version_2_are_not_lost_silently()
    {
        using var directory = new TemporaryDirectory();
        var (client, peer) = (FreePorts.Take(), FreePorts.Take());
        var data = directory.File("data");
        await using (var server = await EtcdServer.StartAsync(
            ServerKind.Go, data, client, peer, "--enable-v2=true", "--snapshot-count=1"))
        {
            using var http = new HttpClient();
            using var value = new FormUrlEncodedContent([new("value", "kept")]);
            (await http.PutAsync($"{server.ClientUrl}/v2/keys/old", value)).EnsureSuccessStatusCode();

            // Until that is in a snapshot, and no longer in what is replayed.
            using var keys = new V3Client(server.ClientUrl);
            var written = (await keys.StatusAsync()).RaftIndex;
            do
            {
                await keys.PutAsync("k", "v");
            }
            while (NewestSnapshot(Path.Combine(data, "member", "snap")) < written);

            await server.StopAsync();
        }

        var go = await RefusalAsync(ServerKind.Go, data, client, peer, "--v2-deprecation=write-only");
        Assert.Contains("detected disallowed custom content in v2store", go, StringComparison.Ordinal);
        Assert.Equal(go, await RefusalAsync(ServerKind.Netcd, data, client, peer));
        Assert.Equal(go, await RefusalAsync(ServerKind.Netcd, data, client, peer, "--v2-deprecation=gone"));

        await using var skipping = await EtcdServer.StartAsync(
            ServerKind.Netcd, data, client, peer, "--v2-deprecation=write-only-skip-check");
        Assert.Contains("v2 content detected, but validation check is being bypassed", skipping.Log, StringComparison.Ordinal);
        using var reader = new V3Client(skipping.ClientUrl);
        Assert.Equal("v", Assert.Single((await reader.EverythingAsync()).Kvs).Value.ToStringUtf8());
    }

    // TERM-INDEX.snap
    private static ulong NewestSnapshot(string directory) => Directory.GetFiles(directory, "*.snap")
        .Select(file => ulong.Parse(Path.GetFileNameWithoutExtension(file).Split('-')[1], NumberStyles.AllowHexSpecifier))
        .DefaultIfEmpty()
        .Max();

    private static async Task<string> RefusalAsync(
        ServerKind kind, string data, int client, int peer, params string[] flags)
    {
        await using var server = EtcdServer.Launch(
            kind,
            "",
            [
                "--name=m1", $"--data-dir={data}", $"--listen-client-urls=http://127.0.0.1:{client}",
                $"--advertise-client-urls=http://127.0.0.1:{client}", $"--listen-peer-urls=http://127.0.0.1:{peer}",
                $"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
                $"--initial-cluster=m1=http://127.0.0.1:{peer}", .. flags,
            ]);
        Assert.Equal(1, await server.WaitForExitAsync());
        var line = server.Log.Split('\n').Single(
            line => line.Contains("\"msg\":\"discovery failed\"", StringComparison.Ordinal));
        return JsonDocument.Parse(line).RootElement.GetProperty("error").GetString() ?? "";
    }
}
