using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Limits;

/// <summary>What streams cost on which nothing happens, as most watches of a Kubernetes cluster are.</summary>
public sealed class IdleStreamTests(ITestOutputHelper output)
{
    private const int Connections = 20;
    private const int StreamsInConnection = 500;

    [Fact]
    public async Task Ten_thousand_idle_watch_streams_take_less_than_half_of_Go_etcds_memory()
    {
        var go = await MeasureAsync(ServerKind.Go);
        var netcd = await MeasureAsync(ServerKind.Netcd);
        output.WriteLine(
            $"{Connections * StreamsInConnection} streams: Go etcd {go.Growth / 1_000_000} MB more ({go.All / 1_000_000} "
            + $"in all), netcd {netcd.Growth / 1_000_000} MB more ({netcd.All / 1_000_000} in all)");
        Assert.True(netcd.Growth < go.Growth / 2, $"netcd grew by {netcd.Growth} bytes, Go etcd by {go.Growth}");
        Assert.True(netcd.All < go.All / 2, $"netcd has {netcd.All} bytes, Go etcd {go.All}");
    }

    private static async Task<(long Growth, long All)> MeasureAsync(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var before = ProcessMemory.AnonymousBytes(server.ProcessId);
        var connections = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(number => OpenAsync(server.ClientUrl, number)));
        var after = ProcessMemory.AnonymousBytes(server.ProcessId);
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        return (after - before, after);
    }

    private static async Task<IdleConnection> OpenAsync(string url, int number)
    {
        var connection = new IdleConnection(url);
        for (var stream = 0; stream < StreamsInConnection; stream++)
        {
            await connection.WatchAsync($"idle/{number}/{stream}");
        }

        return connection;
    }

    /// <summary>A connection whose streams stay open: an enumeration that is left ends its stream.</summary>
    private sealed class IdleConnection(string url) : IAsyncDisposable
    {
        private readonly V3Client _client = new(url);
        private readonly List<StreamingCall<WatchResponse>> _streams = [];
        private readonly List<IAsyncEnumerator<WatchResponse>> _answers = [];

        public async Task WatchAsync(string key)
        {
            var stream = _client.Watch();
            _streams.Add(stream);
            await stream.WriteAsync(
                new WatchRequest { CreateRequest = new WatchCreateRequest { Key = V3Client.Bytes(key) } });
            var answers = stream.ReadAllAsync().GetAsyncEnumerator();
            _answers.Add(answers);
            Assert.True(await answers.MoveNextAsync() && answers.Current.Created);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var answers in _answers)
            {
                await answers.DisposeAsync();
            }

            _streams.ForEach(stream => stream.Dispose());
            _client.Dispose();
        }
    }
}
