using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using Google.Protobuf;
using Netcd.Load.Connections;
using Netcd.Proto.EtcdServer;

namespace Netcd.Load.Workloads;

/// <summary>
/// Many watchers of one key, some puts: how long until each watcher has each event. Options: <c>--streams</c>,
/// <c>--watchers-per-stream</c>, <c>--puts</c>, <c>--put-rate</c>, <c>--val-size</c>, <c>--prevkv</c>.
/// </summary>
internal sealed class WatchFanOut(LoadOptions options)
{
    private const string WatchedKey = "watched";

    private readonly int _streams = options.Number("streams", 100);
    private readonly int _watchersPerStream = options.Number("watchers-per-stream", 100);
    private readonly int _puts = options.Number("puts", 50);
    private readonly long[] _putTimes = new long[options.Number("puts", 50)];
    private readonly List<long> _latencies = [];
    private readonly TaskCompletionSource _allCreated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allDelivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _created;
    private long _events;

    private long EventsExpected => (long)_streams * _watchersPerStream * _puts;

    public async Task<LoadResult> RunAsync()
    {
        var connectionCount = Math.Min(options.Number("conns", 10), _streams);
        var connections = new List<LoadConnection>();
        var runs = new List<Task>();
        for (var i = 0; i < connectionCount; i++)
        {
            var connection = await LoadConnection.OpenAsync(options);
            connections.Add(connection);
            var streams = (_streams / connectionCount) + (i < _streams % connectionCount ? 1 : 0);
            for (var j = 0; j < streams; j++)
            {
                OpenStream(connection);
            }

            runs.Add(RunConnectionAsync(connection));
        }

        await Task.WhenAny(_allCreated.Task, Task.WhenAll(runs));
        await Task.Delay(200);
        var clock = Stopwatch.StartNew();
        await PutAsync();
        await _allDelivered.Task.WaitAsync(TimeSpan.FromMinutes(2));
        clock.Stop();
        connections.ForEach(connection => connection.Dispose());
        await Task.WhenAll(runs);
        var latencies = _latencies.ToArray();
        Array.Sort(latencies);
        return new LoadResult(Interlocked.Read(ref _events), clock.Elapsed, latencies, []);
    }

    private async Task RunConnectionAsync(LoadConnection connection)
    {
        await Task.Yield();

        try
        {
            await connection.RunAsync(() => false);
        }
        catch (Exception problem) when (_allDelivered.Task.IsCompleted
            && problem is IOException or ObjectDisposedException or LoadException)
        {
            // Closed from our side, after the last event.
        }
    }

    private void OpenStream(LoadConnection connection)
    {
        var create = new WatchCreateRequest
        {
            Key = ByteString.CopyFromUtf8(WatchedKey), PrevKv = options.Has("prevkv"),
        };
        var message = new WatchRequest { CreateRequest = create }.ToByteArray();
        var call = new WatchCall(this);
        connection.Start("/etcdserverpb.Watch/Watch", message, call, endStream: false);
        for (var i = 1; i < _watchersPerStream; i++)
        {
            connection.Send(call, message);
        }
    }

    private async Task PutAsync()
    {
        using var connection = await LoadConnection.OpenAsync(options);
        var value = new byte[options.Number("val-size", 1024)];
        var pause = TimeSpan.FromSeconds(1.0 / options.Number("put-rate", 5));
        for (var i = 0; i < _puts; i++)
        {
            // The value begins with the put's number: an event names the put it belongs to.
            BinaryPrimitives.WriteInt32BigEndian(value, i);
            var done = false;
            Volatile.Write(ref _putTimes[i], Stopwatch.GetTimestamp());
            connection.Start(
                "/etcdserverpb.KV/Put",
                new PutRequest { Key = ByteString.CopyFromUtf8(WatchedKey), Value = ByteString.CopyFrom(value) }
                    .ToByteArray(),
                new PutCall(() => done = true));
            await connection.RunAsync(() => done);
            await Task.Delay(pause);
        }
    }

    private void OnResponse(WatchResponse response)
    {
        if (response.Created && Interlocked.Increment(ref _created) == _streams * _watchersPerStream)
        {
            _allCreated.TrySetResult();
        }

        var now = Stopwatch.GetTimestamp();
        foreach (var change in response.Events)
        {
            var number = BinaryPrimitives.ReadInt32BigEndian(change.Kv.Value.Span);
            lock (_latencies)
            {
                _latencies.Add(now - Volatile.Read(ref _putTimes[number]));
            }
        }

        if (Interlocked.Add(ref _events, response.Events.Count) >= EventsExpected)
        {
            _allDelivered.TrySetResult();
        }
    }

    private sealed class WatchCall(WatchFanOut fanOut) : LoadCall
    {
        private const int PrefixBytes = 5;

        private readonly ArrayBufferWriter<byte> _pending = new();

        public override void OnData(ReadOnlySpan<byte> data)
        {
            _pending.Write(data);
            var bytes = _pending.WrittenSpan;
            var taken = 0;
            while (bytes.Length - taken >= PrefixBytes)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(bytes[(taken + 1)..]);
                if (bytes.Length - taken - PrefixBytes < length)
                {
                    break;
                }

                fanOut.OnResponse(WatchResponse.Parser.ParseFrom(bytes.Slice(taken + PrefixBytes, length)));
                taken += PrefixBytes + length;
            }

            var rest = bytes[taken..].ToArray();
            _pending.ResetWrittenCount();
            _pending.Write(rest);
        }

        public override void OnEnd(string? error) => throw new LoadException($"the watch ended: {error}");
    }

    private sealed class PutCall(Action done) : LoadCall
    {
        public override void OnEnd(string? error)
        {
            if (error is not null)
            {
                throw new LoadException($"the put failed: {error}");
            }

            done();
        }
    }
}
