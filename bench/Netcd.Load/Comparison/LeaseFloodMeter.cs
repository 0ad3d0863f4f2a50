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
    private const int Attempts = 3;

    // etcd revokes at most a thousand leases a second, and fewer when it is busy.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    // Each count walks all keys that are left: often enough to tell the end, too rarely to weigh in.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(20);

    // The writes go on already when the leases expire.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(2);

    private readonly int _leases = options.Number("leases", 100_000);
    private readonly int _putsPerSecond = options.Number("put-rate", 1000);

    public async Task RunAsync()
    {
        Print($"{_leases} leases, each with a key, expire in one second; {_putsPerSecond} puts/s go on");
        Print($"| program | last key deleted after | put p50 ms | p99 ms | max ms | puts | refused |");
        Print($"|---|---|---|---|---|---|---|");
        var results = new List<LeaseFloodResult>();
        foreach (var (name, option) in new[] { ("etcd", "go"), ("netcd", "netcd") })
        {
            if (options.Text("only", name) == name)
            {
                var result = await MeasureAsync(options.Required(option));
                results.Add(result);
                var (late, median, high) = (result.Late.TotalSeconds, result.Median, result.High);
                var (worst, puts, refused) = (result.Worst, result.Puts, result.Refused);
                Print($"| {name} | {late:f1} s | {median:f2} | {high:f2} | {worst:f1} | {puts} | {refused} |");
            }
        }

        if (results is [var etcd, var netcd])
        {
            var (late, median) = (etcd.Late / netcd.Late, etcd.Median / netcd.Median);
            var (high, worst) = (etcd.High / netcd.High, etcd.Worst / netcd.Worst);
            Print($"| etcd / netcd | {late:f1} | {median:f1} | {high:f1} | {worst:f1} | | |");
        }
    }

    private static void Print(FormattableString line) =>
        Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    // A machine on which granting takes longer than was thought gets another try with more time.
    private async Task<LeaseFloodResult> MeasureAsync(string program)
    {
        var patience = 2.0;
        for (var attempt = 1; attempt <= Attempts; attempt++, patience *= 2)
        {
            if (await TryMeasureAsync(program, patience) is { } result)
            {
                return result;
            }

            Console.Error.WriteLine("the first leases expired before the last was granted: once more, with more time");
        }

        throw new LoadException("granting took too long");
    }

    private async Task<LeaseFloodResult?> TryMeasureAsync(string program, double patience)
    {
        var root = Directory.CreateTempSubdirectory("netcd-flood-").FullName;
        try
        {
            using var servers = await ServersUnderLoad.StartAsync(program, Path.Combine(root, "data"), null, 1);
            using var channel = new GrpcChannel(new Uri(servers.Endpoints));
            var grants = new LeaseGrants(channel);
            var clock = Stopwatch.StartNew();
            var expiry = await grants.EstimateAsync(_leases) * patience;
            clock.Restart();
            await grants.GrantAllAsync(_leases, clock, expiry);
            var rest = expiry - clock.Elapsed - Lead;
            if (rest < TimeSpan.Zero)
            {
                return null;
            }

            Console.Error.WriteLine($"{_leases} leases granted, {clock.Elapsed.TotalSeconds:f0} s");
            await Task.Delay(rest);
            using var stop = new CancellationTokenSource();
            var puts = new SteadyPuts(channel, _putsPerSecond);
            var putting = puts.RunAsync(stop.Token);
            await Task.Delay(expiry > clock.Elapsed ? expiry - clock.Elapsed : TimeSpan.Zero, CancellationToken.None);
            var late = await WaitUntilGoneAsync(channel, clock) - expiry;
            await stop.CancelAsync();
            await putting;
            return new LeaseFloodResult(late, puts.Latencies, puts.Refused);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<TimeSpan> WaitUntilGoneAsync(GrpcChannel channel, Stopwatch clock)
    {
        var latest = clock.Elapsed + Limit;
        var told = clock.Elapsed;
        while (await CountAsync(channel) is > 0 and var left)
        {
            if (clock.Elapsed - told > ReportInterval)
            {
                told = clock.Elapsed;
                Console.Error.WriteLine($"{left} keys are left");
            }

            if (clock.Elapsed > latest)
            {
                throw new LoadException($"keys of expired leases are still there after {Limit}");
            }

            await Task.Delay(LookInterval);
        }

        return clock.Elapsed;
    }

    private static async Task<long> CountAsync(GrpcChannel channel)
    {
        var request = new RangeRequest
        {
            Key = ByteString.CopyFromUtf8(LeaseGrants.Prefix),
            RangeEnd = ByteString.CopyFromUtf8(LeaseGrants.PrefixEnd),
            CountOnly = true,
            Serializable = true,
        };
        return (await channel.CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser)).Count;
    }
}
