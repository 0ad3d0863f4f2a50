using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Load.Comparison;

/// <summary>
/// Puts at a pace, whether or not the ones before are answered: each is timed from when it was due. One that is refused
/// is counted, and not sent again.
/// </summary>
internal sealed class SteadyPuts(GrpcChannel channel, int perSecond)
{
    private const int Keys = 1000;
    private const int PutsBetweenCleanings = 10_000;

    private readonly ConcurrentQueue<double> _latencies = new();
    private readonly List<Task> _running = [];
    private readonly Stopwatch _clock = new();
    private int _refused;

    /// <summary>Milliseconds of each that was answered.</summary>
    public IReadOnlyCollection<double> Latencies => _latencies;

    public int Refused => Volatile.Read(ref _refused);

    public async Task RunAsync(CancellationToken stop)
    {
        _clock.Start();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond);
            if (due - _clock.Elapsed is var wait && wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, CancellationToken.None);
            }

            _running.Add(OneAsync(number, due));
            if (number % PutsBetweenCleanings == 0)
            {
                _running.RemoveAll(put => put.IsCompleted);
            }
        }

        await Task.WhenAll(_running);
    }

    private async Task OneAsync(int number, TimeSpan due)
    {
        var request = new PutRequest
        {
            Key = ByteString.CopyFromUtf8($"steady/{number % Keys}"), Value = ByteString.CopyFromUtf8("value"),
        };
        try
        {
            await channel.CallAsync(
                "/etcdserverpb.KV/Put", request, PutResponse.Parser, cancellationToken: CancellationToken.None);
            _latencies.Enqueue((_clock.Elapsed - due).TotalMilliseconds);
        }
        catch (GrpcException)
        {
            Interlocked.Increment(ref _refused);
        }
    }
}
