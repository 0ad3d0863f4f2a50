using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Limits;

/// <summary>
/// Clients that ask for 100 MB and then hardly read: the server neither keeps the answers in memory beyond its bound, nor
/// do other clients wait, nor does what is written meanwhile get into the answers.
/// </summary>
public sealed class SlowReaderTests(ITestOutputHelper output)
{
    private const int Keys = 1000;
    private const int ValueBytes = 100_000;
    private const int Readers = 12;
    private const int OverwrittenKeys = 600;
    private const int PrefixBytes = 5;

    // What answers may hold in memory (BackendOptions.CopiedOutBytesMax), and as much again for the writes that go on:
    // 60 MB in the raft log, 60 MB not yet committed, and what the heap keeps of buffers between two collections. All
    // answers together are 1,200 MB.
    private const long GrowthBytesMax = (256 + 256) * 1024 * 1024L;

    // Nothing is read until the others are answered: whoever waited for a slow reader would wait for ever.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Slow_readers_of_long_answers_cost_neither_memory_nor_other_clients_time()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        using var client = new V3Client(server.ClientUrl);
        await PutAsync(client, Keys, version: 1);

        using var handler = new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true };
        using var http = new HttpMessageInvoker(handler);
        var memory = new MemorySampler(server.ProcessId);
        var answers = new List<Stream>();
        for (var i = 0; i < Readers; i++)
        {
            answers.Add(await AskForEverythingAsync(http, server.ClientUrl));
        }

        var slowest = TimeSpan.Zero;
        var asking = AskOftenAsync(client, elapsed => slowest = elapsed > slowest ? elapsed : slowest);
        await PutAsync(client, OverwrittenKeys, version: 2);
        await asking;
        foreach (var answer in answers)
        {
            await CheckAsync(answer);
            await answer.DisposeAsync();
        }

        var growth = await memory.StopAsync();
        output.WriteLine($"{growth / 1_000_000} MB more at most, slowest answer {slowest.TotalMilliseconds:f0} ms");
        Assert.True(growth < GrowthBytesMax, $"{growth} bytes more, {GrowthBytesMax} allowed");
        Assert.True(slowest < AnswerLimit, $"another client waited for {slowest}");
    }

    private static byte[] Value(int version)
    {
        var value = new byte[ValueBytes];
        Array.Fill(value, (byte)version);
        return value;
    }

    private static async Task PutAsync(V3Client client, int keys, int version)
    {
        var value = ByteString.CopyFrom(Value(version));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, keys),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (number, _) => await client.PutAsync(
                new PutRequest { Key = V3Client.Bytes($"long/{number:d4}"), Value = value }));
    }

    private static async Task AskOftenAsync(V3Client client, Action<TimeSpan> onAnswer)
    {
        for (var i = 0; i < 200; i++)
        {
            var clock = Stopwatch.StartNew();
            await client.PutAsync("short", "value");
            await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("short") });
            onAnswer(clock.Elapsed);
        }
    }

    // Returns when the answer has begun; how far it gets without being read, the client's window decides.
    private static async Task<Stream> AskForEverythingAsync(HttpMessageInvoker http, string url)
    {
        var request = new RangeRequest { Key = V3Client.Bytes("long/"), RangeEnd = V3Client.PrefixEnd("long/") };
        var message = request.ToByteArray();
        byte[] framed = [0, 0, 0, 0, (byte)message.Length, .. message];
        var content = new ByteArrayContent(framed);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var call = new HttpRequestMessage(HttpMethod.Post, $"{url}/etcdserverpb.KV/Range")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content,
        };
        call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        var response = await http.SendAsync(call, CancellationToken.None);
        return await response.Content.ReadAsStreamAsync();
    }

    private static async Task CheckAsync(Stream answer)
    {
        using var body = new MemoryStream();
        await answer.CopyToAsync(body);
        var range = RangeResponse.Parser.ParseFrom(body.GetBuffer().AsSpan(PrefixBytes, (int)body.Length - PrefixBytes));
        Assert.Equal(Keys, range.Kvs.Count);
        var value = Value(version: 1);
        Assert.All(range.Kvs, kv => Assert.True(kv.Value.Span.SequenceEqual(value)));
    }
}
