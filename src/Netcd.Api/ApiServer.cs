using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Netcd.Api.Auth;
using Netcd.Api.Calls;
using Netcd.Api.Cluster;
using Netcd.Api.Elections;
using Netcd.Api.Health;
using Netcd.Api.Inner;
using Netcd.Api.Kv;
using Netcd.Api.Leases;
using Netcd.Api.Locks;
using Netcd.Api.Maintenance;
using Netcd.Api.Metrics;
using Netcd.Api.Watch;
using Netcd.Api.Web;
using Netcd.Grpc;
using Netcd.Grpc.Server;
using Netcd.Server;

namespace Netcd.Api;

/// <summary>
/// etcd's v3 API over one member: gRPC methods and HTTP endpoints, to be served by a GrpcHost. Made once, before the
/// member starts.
/// </summary>
public sealed class ApiServer : IDisposable
{
    private readonly ApiContext _api;
    private readonly WebEndpoints _web;

    /// <param name="member">The member; the API never blocks on it.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">The page on which the API puts its metrics and those of the member.</param>
    /// <param name="time">Clock of timers.</param>
    /// <param name="logger">Gets what operators look for; never keys or values.</param>
    /// <param name="observer">Is told of the JSON gateway's calls; the transport tells it of the others.</param>
    public ApiServer(
        IMember member, ApiOptions options, MetricsPage metrics, TimeProvider time, ILogger logger,
        ICallObserver? observer = null)
    {
        _api = new ApiContext(member, options, new ApiMetrics(metrics), time, logger) { Observer = observer };
        member.OnBatchAnswered(AnswerBatch.Flush);
        member.JudgePromotionsBy((token, cancellation) => _api.Callers.JudgeRootAsync(token, time, cancellation));
        Methods = new MethodTable(All(_api));
        ServerMetrics.Add(_api);
        _web = new WebEndpoints(_api, Methods);
    }

    public MethodTable Methods { get; }

    /// <summary>What is answered on client listeners besides gRPC.</summary>
    internal IEnumerable<string> WebPaths => _web.Paths;

    /// <summary>Answers what is not gRPC on client listeners.</summary>
    public Task HandleWebAsync(HttpContext context) => _web.HandleAsync(context);

    /// <summary>Answers on metrics listeners.</summary>
    public Task HandleMetricsAsync(HttpContext context) => _web.HandleMetricsAsync(context);

    public void Dispose()
    {
        _api.LeaderWatch.Dispose();
        _api.Access.Dispose();
    }

    private static IEnumerable<Method> All(ApiContext api)
    {
        var inner = new InnerMethods(api);
        return
        [
            .. Base(api),
            new LockMethod(api, inner).Method,
            new UnlockMethod(api, inner).Method,
            .. ElectionMethods.All(api, inner),
        ];
    }

    private static IEnumerable<Method> Base(ApiContext api) =>
    [
        new RangeMethod(api).Method,
        new RangeStreamMethod(api).Method,
        new PutMethod(api).Method,
        new DeleteRangeMethod(api).Method,
        new TxnMethod(api).Method,
        new CompactMethod(api).Method,
        new WatchMethod(api).Method,
        new LeaseGrantMethod(api).Method,
        new LeaseRevokeMethod(api).Method,
        new LeaseKeepAliveMethod(api).Method,
        new LeaseTimeToLiveMethod(api).Method,
        new LeaseLeasesMethod(api).Method,
        new MemberAddMethod(api).Method,
        new MemberRemoveMethod(api).Method,
        new MemberUpdateMethod(api).Method,
        new MemberListMethod(api).Method,
        new MemberPromoteMethod(api).Method,
        new AlarmMethod(api).Method,
        new StatusMethod(api).Method,
        new DefragmentMethod(api).Method,
        new HashMethod(api).Method,
        new HashKvMethod(api).Method,
        new SnapshotMethod(api).Method,
        new MoveLeaderMethod(api).Method,
        new DowngradeMethod(api).Method,
        .. AuthMethods.All(api),
        new HealthCheckMethod(api).Method,
        new HealthListMethod(api).Method,
        new HealthWatchMethod(api).Method,
    ];
}
