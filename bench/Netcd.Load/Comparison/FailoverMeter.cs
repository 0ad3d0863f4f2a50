using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Netcd.Grpc.Client;
using Netcd.Load.Connections;
using Netcd.Proto.EtcdServer;

namespace Netcd.Load.Comparison;

/// <summary>
/// Kills the leader of three members with kill -9 and measures how long nobody's write is acknowledged: from the kill
/// to the first answer to a write that was sent after it, through either survivor. Both programs in turn, several
/// rounds.
/// </summary>
internal sealed class FailoverMeter
{
    private const int Members = 3;

    // Writes are sent at this pace whether or not the ones before are answered: an answer that is waited for would hide
    // that the next write is served already.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan OutageLimit = TimeSpan.FromMinutes(2);

    private readonly LoadOptions _options;
    private readonly string _root = Directory.CreateTempSubdirectory("netcd-failover-").FullName;
    private readonly BenchCertificates? _tls;

    public FailoverMeter(LoadOptions options)
    {
        _options = options;
        _tls = options.Has("tls") ? new BenchCertificates(Path.Combine(_root, "pki")) : null;
    }

    public async Task RunAsync()
    {
        var programs = new[] { ("etcd", _options.Required("go")), ("netcd", _options.Required("netcd")) };
        var outages = programs.ToDictionary(program => program.Item1, _ => new List<double>(), StringComparer.Ordinal);
        try
        {
            for (var round = 0; round < _options.Number("rounds", 5); round++)
            {
                foreach (var (name, program) in programs)
                {
                    var outage = await MeasureAsync(program, Path.Combine(_root, $"{name}-{round}"));
                    outages[name].Add(outage.TotalMilliseconds);
                    Print($"round {round}: {name} {outage.TotalMilliseconds:f0} ms");
                }
            }
        }
        finally
        {
            Directory.Delete(_root, recursive: true);
        }

        Print($"| write outage after kill -9 of the leader | median ms | best | worst |");
        Print($"|---|---|---|---|");
        foreach (var (name, values) in outages)
        {
            values.Sort();
            Print($"| {name} | {values[values.Count / 2]:f0} | {values[0]:f0} | {values[^1]:f0} |");
        }
    }

    private static void Print(FormattableString line) =>
        Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private async Task<TimeSpan> MeasureAsync(string program, string data)
    {
        using var servers = await ServersUnderLoad.StartAsync(program, data, _tls, Members);
        var clientOptions = _options.With([$"--endpoint={servers.Endpoints}", .. _tls?.ClientOptions ?? []]);
        var channels = clientOptions.Endpoints
            .Select(endpoint => new GrpcChannel(endpoint, _tls is null ? null : ClientTls.Options(clientOptions)))
            .ToList();
        try
        {
            var leader = await FindLeaderAsync(channels);
            return await KillAsync(servers, leader, [.. channels.Where((_, index) => index != leader)]);
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }
    }

    private static async Task<int> FindLeaderAsync(List<GrpcChannel> channels)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            for (var index = 0; index < channels.Count; index++)
            {
                var status = await channels[index].CallAsync(
                    "/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser);
                if (status.Leader == status.Header.MemberId)
                {
                    return index;
                }
            }

            await Task.Delay(Pace * 10);
        }

        throw new LoadException("the cluster has no leader");
    }

    private static async Task<TimeSpan> KillAsync(
        ServersUnderLoad servers, int leader, IReadOnlyList<GrpcChannel> survivors)
    {
        var acknowledged = new ConcurrentQueue<(long Began, long Ended)>();
        var running = new List<Task>();
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(survivors, acknowledged, running, stop.Token);
        for (var since = Stopwatch.GetTimestamp(); acknowledged.IsEmpty; await Task.Delay(Pace))
        {
            if (Stopwatch.GetElapsedTime(since) > OutageLimit)
            {
                throw new LoadException("no write was acknowledged before the kill");
            }
        }

        await Task.Delay(Quiet);

        var killed = Stopwatch.GetTimestamp();
        servers.Kill(leader);
        TimeSpan? outage = null;
        while (outage is null)
        {
            await Task.Delay(Pace);
            var ended = acknowledged.Where(write => write.Began > killed).Select(write => write.Ended).ToList();
            outage = ended.Count > 0 ? Stopwatch.GetElapsedTime(killed, ended.Min()) : null;
            if (Stopwatch.GetElapsedTime(killed) > OutageLimit)
            {
                throw new LoadException($"no write was acknowledged within {OutageLimit} of the kill");
            }
        }

        await stop.CancelAsync();
        await sending;
        await Task.WhenAll(running);
        return outage.Value;
    }

    private static async Task SendAsync(
        IReadOnlyList<GrpcChannel> survivors, ConcurrentQueue<(long Began, long Ended)> acknowledged,
        List<Task> running, CancellationToken stop)
    {
        var number = 0;
        while (!stop.IsCancellationRequested)
        {
            running.AddRange(survivors.Select(channel => PutAsync(channel, number++, acknowledged, stop)));
            await Task.Delay(Pace, CancellationToken.None);
        }
    }

    private static async Task PutAsync(
        GrpcChannel channel, int number, ConcurrentQueue<(long Began, long Ended)> acknowledged, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var request = new PutRequest
        {
            Key = ByteString.CopyFromUtf8($"failover/{number}"), Value = ByteString.CopyFromUtf8("value"),
        };
        try
        {
            await channel.CallAsync("/etcdserverpb.KV/Put", request, PutResponse.Parser, cancellationToken: stop);
            acknowledged.Enqueue((began, Stopwatch.GetTimestamp()));
        }
        catch (Exception problem) when (problem is GrpcException or IOException or OperationCanceledException)
        {
            // Lost with the leader, or no longer of interest.
        }
    }
}
