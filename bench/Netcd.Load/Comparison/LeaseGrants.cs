using System.Diagnostics;
using Google.Protobuf;
using Netcd.Grpc;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Load.Comparison;

/// <summary>Grants leases, each with a key, that all expire at one moment.</summary>
internal sealed class LeaseGrants(GrpcChannel channel)
{
    public const string Prefix = "flood/";
    public const string PrefixEnd = "flood0";

    private const int Parallel = 200;
    private const int SampleLeases = 2000;

    // Leases of the estimate outlive the measurement.
    private const long SampleTtlSeconds = 3600;
    private const long FirstSampleId = 1L << 40;

    // A server that is behind says so for some hundred milliseconds.
    private const int RetriesMax = 200;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>How long so many leases should take, told from a few that stay.</summary>
    public async Task<TimeSpan> EstimateAsync(int leases)
    {
        var sample = Math.Min(leases, SampleLeases);
        var clock = Stopwatch.StartNew();
        await ForEachAsync(sample, id => OneAsync(FirstSampleId + id, SampleTtlSeconds, $"sample/{id}"));
        return TimeSpan.FromSeconds(5) + (clock.Elapsed * leases / sample);
    }

    /// <summary>The TTL of each is what is left to the one moment, in whole seconds.</summary>
    public Task GrantAllAsync(int leases, Stopwatch clock, TimeSpan expiry) => ForEachAsync(
        leases,
        id => OneAsync(id, (long)Math.Max(2, Math.Round((expiry - clock.Elapsed).TotalSeconds)), $"{Prefix}{id:d6}"));

    private static Task ForEachAsync(int count, Func<int, Task> act) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(1, count),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (id, _) => await act(id));

    private async Task OneAsync(long id, long ttl, string key)
    {
        await InsistAsync("/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { ID = id, TTL = ttl });
        await InsistAsync("/etcdserverpb.KV/Put", new PutRequest { Key = ByteString.CopyFromUtf8(key), Lease = id });
    }

    // A server that cannot keep up refuses ("too many requests") or times out; a grant that timed out may have been
    // made all the same. A lease that is gone before its key came expired too early: the caller's clock tells.
    private async Task InsistAsync(string path, IMessage request)
    {
        var pause = FirstPause;
        for (var retry = 0; ; retry++)
        {
            try
            {
                await channel.CallAsync(path, request.ToByteArray(), cancellationToken: CancellationToken.None);
                return;
            }
            catch (GrpcException problem) when (problem.Code == StatusCode.FailedPrecondition && retry > 0)
            {
                return;
            }
            catch (GrpcException problem) when (problem.Code == StatusCode.NotFound)
            {
                return;
            }
            catch (GrpcException problem) when (retry < RetriesMax
                && problem.Code is StatusCode.ResourceExhausted or StatusCode.Unavailable
                    or StatusCode.DeadlineExceeded or StatusCode.Internal)
            {
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()));
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
