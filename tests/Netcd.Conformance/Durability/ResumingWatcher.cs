using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Durability;

/// <summary>
/// A watcher of all keys that survives the loss of the server: it asks again from the revision after the last it saw, a
/// server of its list after the other. Every event must come once, in order.
/// </summary>
internal sealed class ResumingWatcher(params IReadOnlyList<Func<V3Client>> servers)
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(2);

    private readonly Dictionary<long, List<(string Key, string Value)>> _events = [];
    private long _lastRevision = 1;
    private int _attempts;

    public ResumingWatcher(string url)
        : this(() => new V3Client(url))
    {
    }

    /// <summary>How often it had to ask again.</summary>
    public int Resumptions => _attempts - 1;

    /// <summary>Set when the server said that history this watcher needs is compacted.</summary>
    public bool IsCompacted { get; private set; }

    public long LastRevision => Interlocked.Read(ref _lastRevision);

    /// <summary>The puts seen at a revision.</summary>
    public IReadOnlyList<(string Key, string Value)> At(long revision)
    {
        lock (_events)
        {
            return _events.TryGetValue(revision, out var list) ? [.. list] : [];
        }
    }

    /// <summary>Waits until a revision has come.</summary>
    public async Task WaitForAsync(long revision)
    {
        var clock = Stopwatch.StartNew();
        while (LastRevision < revision)
        {
            Assert.True(clock.Elapsed < WaitLimit, $"the watcher stands at {LastRevision} of {revision}");
            await Task.Delay(20);
        }
    }

    /// <summary>Whether every revision from 2 on has come: on a store where each has an event, nothing was left out.
    /// </summary>
    public void AssertNoGap()
    {
        Assert.False(IsCompacted);
        lock (_events)
        {
            Assert.Equal(LastRevision - 1, _events.Count);
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await WatchOnceAsync(stop);
            }
            catch (Exception problem) when (problem is GrpcException or IOException or HttpRequestException
                or OperationCanceledException)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private async Task WatchOnceAsync(CancellationToken stop)
    {
        using var client = servers[_attempts++ % servers.Count]();
        using var call = client.Watch();
        await call.WriteAsync(
            new WatchRequest
            {
                CreateRequest = new WatchCreateRequest
                {
                    Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), StartRevision = LastRevision + 1,
                },
            },
            stop);
        await foreach (var response in call.ReadAllAsync(stop))
        {
            if (response.Canceled)
            {
                IsCompacted = response.CompactRevision > 0;
                Assert.True(IsCompacted, $"the watch was cancelled: {response}");
                Interlocked.Exchange(ref _lastRevision, response.CompactRevision - 1);
                return;
            }

            Take(response);
        }
    }

    private void Take(WatchResponse response)
    {
        lock (_events)
        {
            var previous = LastRevision;
            foreach (var change in response.Events)
            {
                Assert.True(
                    change.Kv.ModRevision > previous,
                    $"an event of revision {change.Kv.ModRevision} after {previous} was delivered");
                if (!_events.TryGetValue(change.Kv.ModRevision, out var list))
                {
                    _events[change.Kv.ModRevision] = list = [];
                }

                list.Add((change.Kv.Key.ToStringUtf8(), change.Kv.Value.ToStringUtf8()));
            }

            if (response.Events.Count > 0)
            {
                Interlocked.Exchange(ref _lastRevision, response.Events[^1].Kv.ModRevision);
            }
        }
    }
}
