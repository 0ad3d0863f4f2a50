using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Load.Comparison;

/// <summary>
/// Lets many leases, each with a key, expire in the same second while writes go on at a steady pace, and measures how
/// long the last of the keys lives after its time and how long the writes take meanwhile. Both programs in turn.
/// </summary>
internal sealed class LeaseFloodMeter(LoadOptions options)
{
    private const string Prefix = "flood/";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly int _leases = options.Number("leases", 100_000);
    private readonly int _putsPerSecond = options.Number("put-rate", 1000);

    public async Task RunAsync()
    {
        Print($"{_leases} leases, each with a key, expire in one second; {_putsPerSecond} puts/s go on");
        Print($"| program | last key deleted after | put p50 ms | p99 ms | max ms | puts |");
        Print($"|---|---|---|---|---|---|");
        foreach (var (name, option) in new[] { ("etcd", "go"), ("netcd", "netcd") })
        {
            if (options.Text("only", name) == name)
            {
                await MeasureAsync(name, options.Required(option));
            }
        }
    }

    private static void Print(FormattableString line) =>
        Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private async Task MeasureAsync(string name, string program)
    {
        var root = Directory.CreateTempSubdirectory("netcd-flood-").FullName;
        try
        {
            using var servers = await ServersUnderLoad.StartAsync(
                program, Path.Combine(root, "data"), null, 1);
            using var channel = new GrpcChannel(new Uri(servers.Endpoints));
            var clock = Stopwatch.StartNew();
            var expiry = TimeSpan.FromSeconds(options.Number("setup-seconds", Math.Max(20, _leases / 3000)));
            await GrantAllAsync(channel, clock, expiry);
            var rest = expiry - clock.Elapsed;
            if (rest < TimeSpan.FromSeconds(1))
            {
                throw new LoadException("granting took too long: give more --setup-seconds");
            }

            await Task.Delay(rest - TimeSpan.FromMilliseconds(500));
            using var stop = new CancellationTokenSource();
            var latencies = new ConcurrentQueue<double>();
            var putting = PutAsync(channel, latencies, stop.Token);
            while (await CountAsync(channel) > 0)
            {
                if (clock.Elapsed > expiry + Limit)
                {
                    throw new LoadException($"keys of expired leases are still there after {Limit}");
                }

                await Task.Delay(50);
            }

            var late = clock.Elapsed - expiry;
            await stop.CancelAsync();
            await putting;
            var sorted = latencies.Order().ToArray();
            var (median, high) = (At(sorted, 0.5), At(sorted, 0.99));
            var seconds = late.TotalSeconds;
            Print($"| {name} | {seconds:f1} s | {median:f2} | {high:f2} | {sorted[^1]:f1} | {sorted.Length} |");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)((sorted.Length - 1) * quantile)];

    // The TTL of each is what is left to the one moment, in whole seconds.
    private Task GrantAllAsync(GrpcChannel channel, Stopwatch clock, TimeSpan expiry) =>
        Parallel.ForEachAsync(
            Enumerable.Range(1, _leases),
            new ParallelOptions { MaxDegreeOfParallelism = 300 },
            async (id, _) =>
            {
                var left = (long)Math.Max(2, Math.Round((expiry - clock.Elapsed).TotalSeconds));
                await channel.CallAsync(
                    "/etcdserverpb.Lease/LeaseGrant",
                    new LeaseGrantRequest { ID = id, TTL = left },
                    LeaseGrantResponse.Parser,
                    cancellationToken: CancellationToken.None);
                await channel.CallAsync(
                    "/etcdserverpb.KV/Put",
                    new PutRequest { Key = ByteString.CopyFromUtf8($"{Prefix}{id:d6}"), Lease = id },
                    PutResponse.Parser,
                    cancellationToken: CancellationToken.None);
            });

    private static async Task<long> CountAsync(GrpcChannel channel)
    {
        var request = new RangeRequest
        {
            Key = ByteString.CopyFromUtf8(Prefix),
            RangeEnd = ByteString.CopyFromUtf8("flood0"),
            CountOnly = true,
            Serializable = true,
        };
        return (await channel.CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser)).Count;
    }

    // At a pace, whether or not the ones before are answered: each is timed from when it was due.
    private async Task PutAsync(GrpcChannel channel, ConcurrentQueue<double> latencies, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var running = new ConcurrentDictionary<int, Task>();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / _putsPerSecond);
            if (due - clock.Elapsed is var wait && wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, CancellationToken.None);
            }

            var id = number;
            running[id] = OneAsync(id, due);
        }

        await Task.WhenAll(running.Values);

        async Task OneAsync(int id, TimeSpan due)
        {
            var request = new PutRequest
            {
                Key = ByteString.CopyFromUtf8($"steady/{id % 1000}"), Value = ByteString.CopyFromUtf8("value"),
            };
            await channel.CallAsync(
                "/etcdserverpb.KV/Put", request, PutResponse.Parser, cancellationToken: CancellationToken.None);
            latencies.Enqueue((clock.Elapsed - due).TotalMilliseconds);
            running.TryRemove(id, out _);
        }
    }
}
