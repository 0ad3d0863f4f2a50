using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Durability;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Cluster.Load;

/// <summary>
/// Writers that go on whatever happens to the members, each through one member. Every write has a key of its own, so that
/// a lost, a doubled and a changed write all show: an acknowledged key must be there, at its revision, in its first
/// version.
/// </summary>
internal sealed class WriteLoad(EtcdCluster cluster, int writersPerMember, TimeSpan? answerLimit = null)
{
    private const int PageKeys = 5000;

    // A write that went down with the leader is given up long before the member itself gives it up.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    private static int _made;

    private readonly string _prefix = $"load/{Interlocked.Increment(ref _made)}/";
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Task> _writers = [];
    private volatile bool _isStopping;
    private int _next;

    public ConcurrentQueue<AcknowledgedWrite> Acknowledged { get; } = new();

    public ConcurrentQueue<FailedWrite> Failed { get; } = new();

    /// <summary>Time since the load was made; the clock of the records.</summary>
    public TimeSpan Now => _clock.Elapsed;

    public void Start()
    {
        foreach (var member in cluster.Members)
        {
            for (var i = 0; i < writersPerMember; i++)
            {
                _writers.Add(Task.Run(() => WriteAsync(member)));
            }
        }
    }

    public Task StopAsync()
    {
        _isStopping = true;
        return Task.WhenAll(_writers);
    }

    /// <summary>Waits until a write that begins from now on is acknowledged; returns the time until then.</summary>
    public async Task<TimeSpan> WaitForWriteAsync()
    {
        var from = Now;
        AcknowledgedWrite? first = null;
        await EtcdCluster.UntilAsync("no write was acknowledged", () =>
        {
            first = Acknowledged.FirstOrDefault(write => write.Began >= from);
            return Task.FromResult(first is not null);
        });
        return first!.Ended - from;
    }

    /// <summary>Every acknowledged write is served by a member as it was acknowledged.</summary>
    public async Task AssertServedAsync(ClusterMember member)
    {
        var served = new Dictionary<string, (string Value, long Revision, long Version)>(StringComparer.Ordinal);
        var from = V3Client.Bytes(_prefix);
        while (true)
        {
            var page = await member.Client.RangeAsync(
                new RangeRequest { Key = from, RangeEnd = V3Client.PrefixEnd(_prefix), Limit = PageKeys });
            foreach (var kv in page.Kvs)
            {
                served[kv.Key.ToStringUtf8()] = (kv.Value.ToStringUtf8(), kv.ModRevision, kv.Version);
            }

            if (!page.More)
            {
                break;
            }

            from = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }

        foreach (var write in Acknowledged)
        {
            Assert.True(served.TryGetValue(write.Key, out var kv), $"{member}: the acknowledged {write} is lost");
            Assert.Equal((write.Value, write.Revision, 1), kv);
        }
    }

    /// <summary>A watcher saw every acknowledged write once, at its revision.</summary>
    public void AssertWatched(ResumingWatcher watcher)
    {
        foreach (var write in Acknowledged)
        {
            Assert.Equal([(write.Key, write.Value)], watcher.At(write.Revision));
        }
    }

    private async Task WriteAsync(ClusterMember member)
    {
        using var client = member.NewClient(answerLimit ?? AnswerLimit);
        while (!_isStopping)
        {
            var number = Interlocked.Increment(ref _next);
            var (key, value) = ($"{_prefix}{number:d8}", $"{member.Name} {number}");
            var began = Now;
            try
            {
                var answer = await client.PutAsync(key, value);
                Acknowledged.Enqueue(
                    new AcknowledgedWrite(key, value, answer.Header.Revision, member, began, Now));
            }
            catch (Exception problem) when (EtcdCluster.IsLost(problem))
            {
                Failed.Enqueue(new FailedWrite(member, began, Now, problem.Message));
                await Task.Delay(PauseAfterFailure);
            }
        }
    }
}
