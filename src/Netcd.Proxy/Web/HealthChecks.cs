using Google.Protobuf;
using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Web;

/// <summary>
/// Whether the members answer through this proxy. Source: server/proxy/grpcproxy/health.go.
/// </summary>
/// <param name="members">The keys as clients see them.</param>
/// <param name="self">The proxy as its clients see it; null when it advertises nothing.</param>
internal sealed class HealthChecks(IKeyValues members, EtcdClient? self)
{
    private const string Key = "a";

    private static readonly TimeSpan GetLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchLimit = TimeSpan.FromSeconds(3);

    /// <summary>Why the members are not healthy; null when they are.</summary>
    public Task<string?> FindMembersProblemAsync(CancellationToken cancellation) => GetAsync(
        limit => members.RangeAsync(
            new RangeRequest { Key = ByteString.CopyFromUtf8(Key) }, Caller.Nobody, limit),
        cancellation);

    /// <summary>Why the proxy is not healthy; null when it is.</summary>
    public async Task<string?> FindProxyProblemAsync(CancellationToken cancellation)
    {
        if (self is null)
        {
            return "no connection to proxy";
        }

        return await GetAsync(limit => self.Kv.GetAsync(Key, cancellationToken: limit), cancellation)
            ?? await WatchAsync(self, cancellation);
    }

    private static async Task<string?> GetAsync(
        Func<CancellationToken, Task> get, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(GetLimit);
        try
        {
            await get(limit.Token);
            return null;
        }
        catch (EtcdException problem)
        {
            return problem.Is(EtcdErrors.PermissionDenied) ? null : $"GET ERROR:{problem.Message}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "GET ERROR:context deadline exceeded";
        }
    }

    private static async Task<string?> WatchAsync(EtcdClient self, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(WatchLimit);
        try
        {
            await foreach (var _ in self.Watch.WatchAsync(
                Key, new WatchOptions { CreatedNotify = true }, limit.Token))
            {
                return null;
            }

            return null;
        }
        catch (EtcdException)
        {
            // Whatever the answer is: the proxy gave one.
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "WATCH TIMEOUT";
        }
    }
}
