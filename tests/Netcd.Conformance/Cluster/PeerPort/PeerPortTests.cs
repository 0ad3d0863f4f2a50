using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster.PeerPort;

/// <summary>What no good peer sends: refused as etcd refuses it, and the cluster goes on.</summary>
[Collection(ClusterCollection.Name)]
public sealed partial class PeerPortTests(ITestOutputHelper output)
{
    private const long GrowthBytesMax = 256 * 1024 * 1024;
    private const ulong FourGiB = 1UL << 32;
    private const ulong FarIndex = 1_000_000;
    private const int PageBytes = 4096;
    private const int BadStreamsServed = 3;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(ServerKind.Netcd)]
    [InlineData(ServerKind.Go)]
    public async Task Wrong_peers_get_the_answers_of_etcd(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3));
        var ids = await ReadIdsAsync(cluster) with { Removed = await RemoveOneAsync(cluster) };
        var memory = new MemorySampler(cluster.Members[0].Server.ProcessId);
        List<string> wrong = [];
        await EtcdCluster.UntilAsync("no leader stays what it is", async () =>
        {
            await cluster.MoveLeaderAsync(cluster.Members[1]);
            var term = (await cluster.Members[1].Client.StatusAsync()).RaftTerm;
            wrong = await AskAllAsync(cluster.Members[0], ids);

            // Some answers are those of a follower: if it was elected meanwhile, on a busy machine, all are asked again.
            return wrong.Count == 0 || (await cluster.Members[0].Client.StatusAsync()).RaftTerm == term;
        });
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await CheckAliveAsync(cluster, memory);
    }

    [Theory]
    [MemberData(nameof(ClusterKinds.Pure), MemberType = typeof(ClusterKinds))]
    public async Task Broken_connections_and_huge_lengths_do_no_harm(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3));
        var ids = await ReadIdsAsync(cluster);
        var memory = new MemorySampler(cluster.Members[0].Server.ProcessId);
        var port = new Uri(cluster.Members[0].PeerUrl).Port;
        var head = GoodHead(ids);
        byte[][] requests =
        [
            Encoding.ASCII.GetBytes("no HTTP at all\r\n\r\n"),
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03],
            new byte[64 * 1024],
            Encoding.ASCII.GetBytes($"POST /raft HTTP/1.1\r\n{head}Content-Length: 1000\r\n\r\nten bytes."),
            Encoding.ASCII.GetBytes($"POST /raft HTTP/1.1\r\n{head}Content-Length: {FourGiB}\r\n\r\nten bytes."),
            [
                .. Encoding.ASCII.GetBytes($"POST /raft/snapshot HTTP/1.1\r\n{head}Content-Length: {FourGiB}\r\n\r\n"),
                .. RaftBytes.Prefixed(FourGiB, 1, 2, 3),
            ],
            Encoding.ASCII.GetBytes($"POST /raft HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"),
            Encoding.ASCII.GetBytes($"GET /{new string('a', 2 << 20)} HTTP/1.1\r\n{head}\r\n"),
            Encoding.ASCII.GetBytes($"GET /version HTTP/1.1\r\nX: {new string('a', 2 << 20)}\r\n{head}\r\n"),
        ];
        foreach (var request in requests)
        {
            await SendAndCloseAsync(port, request);
        }

        await CheckAliveAsync(cluster, memory);
    }

    [Theory]
    [MemberData(nameof(ClusterKinds.Pure), MemberType = typeof(ClusterKinds))]
    public async Task Bad_frames_of_a_stream_close_it_and_do_no_harm(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3));
        var ids = await ReadIdsAsync(cluster);
        await cluster.MoveLeaderAsync(cluster.Members[0]);
        var victim = cluster.Members[2];
        await victim.KillAsync();
        var memory = new MemorySampler(cluster.Members[0].Server.ProcessId);
        await using (var peer = new BadPeer(victim.PeerUrl, ids.Cluster, WrongRequests.BadStreams(kind)))
        {
            await EtcdCluster.UntilAsync(
                $"the bad streams were not read: {peer.Progress}",
                () => Task.FromResult(peer.HasServedAll(2 * BadStreamsServed)));
            await cluster.Members[0].Client.PutAsync("beside", "bad streams");
        }

        await victim.StartAsync();
        await CheckAliveAsync(cluster, memory);
    }

    // The database of a snapshot is checked before anything of the member's own is given up for it. Real etcd does not
    // check and dies, so it is not asked.
    [Fact]
    public async Task Snapshot_with_a_damaged_database_is_refused()
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(ServerKind.Netcd, 3));
        var ids = await ReadIdsAsync(cluster);
        await cluster.MoveLeaderAsync(cluster.Members[1]);
        await cluster.Members[1].Client.PutAsync("before", "damage");
        var memory = new MemorySampler(cluster.Members[0].Server.ProcessId);
        var term = (await cluster.Members[1].Client.StatusAsync()).RaftTerm;
        var snapshot = RaftBytes.Snapshot(FarIndex, term, "{}"u8.ToArray(), ids.Members);
        var message = RaftBytes.Framed(RaftBytes.Message(RaftBytes.Snap, ids.Members[0], ids.Members[1], term, snapshot));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await cluster.Ctl(cluster.Members[1]).OkAsync("snapshot", "save", cluster.PathOf("snapshot.db"));
        var database = await File.ReadAllBytesAsync(cluster.PathOf("snapshot.db"));
        foreach (var (damage, bytes) in Damage(database))
        {
            var answer = await AskAsync(
                http, cluster.Members[0], ids,
                new PeerRequest(damage, "/raft/snapshot", 0, "")
                {
                    Method = HttpMethod.Post, Body = [.. message, .. bytes],
                });
            output.WriteLine($"{damage}: {answer}");
            Assert.StartsWith("500 ", answer, StringComparison.Ordinal);
        }

        await CheckAliveAsync(cluster, memory);
        Assert.Equal("damage", (await cluster.Members[0].Client.EverythingAsync()).Kvs
            .Single(kv => kv.Key.ToStringUtf8() == "before").Value.ToStringUtf8());
    }

    private async Task<List<string>> AskAllAsync(ClusterMember member, PeerIds ids)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var wrong = new List<string>();
        foreach (var request in WrongRequests.All(ids))
        {
            var answer = await AskAsync(http, member, ids, request);
            output.WriteLine($"{request.Name}: {answer}");
            if (!answer.StartsWith($"{request.Status} ", StringComparison.Ordinal)
                || !answer.Contains(request.Text, StringComparison.Ordinal))
            {
                wrong.Add($"{request.Name}: {answer}, not {request.Status} {request.Text}");
            }
        }

        return wrong;
    }

    private static IEnumerable<(string Damage, byte[] Database)> Damage(byte[] database)
    {
        yield return ("empty", []);
        yield return ("cut", database[..(database.Length / 2)]);
        var noise = new byte[database.Length];
        new Random(1).NextBytes(noise);
        yield return ("noise", noise);

        // Past the two meta pages.
        byte[] pages = [.. database];
        pages.AsSpan(2 * PageBytes).Fill(0xff);
        yield return ("pages", pages);
    }

    private static string GoodHead(PeerIds ids) =>
        $"Host: peer\r\nX-Server-From: {ids.Members[1]:x}\r\nX-Server-Version: 3.5.30\r\n"
        + $"X-Min-Cluster-Version: 3.0.0\r\nX-Etcd-Cluster-ID: {ids.Cluster}\r\nX-Raft-To: {ids.Members[0]:x}\r\n";

    private static async Task SendAndCloseAsync(int port, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await socket.SendAsync(bytes, limit.Token);
            _ = await socket.ReceiveAsync(new byte[4096], limit.Token);
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException)
        {
            // Closed by the member, or left waiting for the rest.
        }
    }

    private static async Task<PeerIds> ReadIdsAsync(EtcdCluster cluster)
    {
        var statuses = await Task.WhenAll(cluster.Members.Select(member => member.Client.StatusAsync()));
        return new PeerIds(
            statuses[0].Header.ClusterId.ToString("x"), [.. statuses.Select(status => status.Header.MemberId)]);
    }

    // The id of a member that was one once.
    private static async Task<string> RemoveOneAsync(EtcdCluster cluster)
    {
        var ctl = cluster.Ctl(cluster.Members[0]);
        string added = "";
        await EtcdCluster.UntilAsync("no member can be added", async () =>
        {
            var result = await ctl.RunAsync("member", "add", "gone", "--learner", "--peer-urls=http://127.0.0.1:1");
            added = result.Output;
            return result.ExitCode == 0;
        });
        var id = AddedMember().Match(added).Groups[1].Value;
        await ctl.OkAsync("member", "remove", id);
        return id;
    }

    private static async Task<string> AskAsync(HttpClient http, ClusterMember member, PeerIds ids, PeerRequest request)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(new Uri(member.PeerUrl), request.Path));
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["X-Server-From"] = ids.Members[1].ToString("x"),
            ["X-Server-Version"] = "3.5.30",
            ["X-Min-Cluster-Version"] = "3.0.0",
            ["X-Etcd-Cluster-ID"] = ids.Cluster,
            ["X-PeerURLs"] = "http://127.0.0.1:1",
        };
        foreach (var (name, value) in request.Headers)
        {
            headers[name] = value;
        }

        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
        }

        using var limit = new CancellationTokenSource(AnswerLimit);
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var allow = response.Content.Headers.Allow.Count > 0
            ? $" Allow: {string.Join(", ", response.Content.Headers.Allow)}"
            : "";
        return $"{(int)response.StatusCode} {await ReadTextAsync(response, limit.Token)}{allow}";
    }

    // As far as it comes: etcd breaks the connection off behind some of its answers.
    private static async Task<string> ReadTextAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (Exception problem) when (problem is HttpIOException or IOException)
        {
            return $"{text.ToString().TrimEnd('\n')} (broken off)";
        }

        return text.ToString().TrimEnd('\n');
    }

    private async Task CheckAliveAsync(EtcdCluster cluster, MemorySampler memory)
    {
        await cluster.WaitHealthyAsync();
        await cluster.Members[0].Client.PutAsync("after", "bad input");
        await cluster.AssertSameHashesAsync();
        foreach (var member in cluster.Members)
        {
            Assert.True(member.IsRunning, member.Name);
            Assert.DoesNotContain("panic", member.Server.Log, StringComparison.Ordinal);
        }

        var growth = await memory.StopAsync();
        output.WriteLine($"memory grew by {growth / 1e6:f0} MB");
        Assert.InRange(growth, 0, GrowthBytesMax);
    }

    [GeneratedRegex("Member +([0-9a-f]+) added")]
    private static partial Regex AddedMember();
}
