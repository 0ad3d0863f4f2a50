using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Cluster;
using Netcd.Proxy.Kv;
using Netcd.Proxy.Leases;
using Netcd.Proxy.Leasing;
using Netcd.Proxy.Logging;
using Netcd.Proxy.Ordering;
using Netcd.Proxy.Watch;

namespace Netcd.Proxy;

/// <summary>
/// The services of a grpc-proxy. As with etcd's, a namespace concerns KV, Watch and Lease only: Maintenance, Auth,
/// Lock and Election go to the members as they are. Source: newGRPCProxyServer of server/etcdmain/grpc_proxy.go.
/// </summary>
internal sealed class ProxyService : IAsyncDisposable
{
    private readonly RangeCache _cache = new();
    private readonly EtcdClient _spaced;
    private readonly ProxyServiceOptions _options;
    private readonly ProxyLog _log;
    private readonly TimeProvider _time;
    private readonly LeaderWatch _leader;
    private readonly ProxyMembers? _proxies;
    private readonly LeasingKeyValues? _leasing;
    private Registrar? _registrar;

    /// <param name="client">The members; not taken over.</param>
    /// <param name="options">What to do.</param>
    /// <param name="log">The log.</param>
    /// <param name="time">The clock.</param>
    public ProxyService(EtcdClient client, ProxyServiceOptions options, ProxyLog log, TimeProvider time)
    {
        _options = options;
        _log = log;
        _time = time;
        _spaced = options.Namespace.Length > 0 ? client.InNamespace(options.Namespace) : client;
        _leader = new LeaderWatch(_spaced, time);
        Metrics = new ProxyMetrics(() => _cache.Count, time);
        KeyValues = new MemberKeyValues(_spaced);
        if (options.IsOrdered)
        {
            KeyValues = new OrderedKeyValues(KeyValues, () => client.Endpoints.Count);
        }

        if (options.LeasingPrefix.Length > 0)
        {
            KeyValues = _leasing = new LeasingKeyValues(_spaced, KeyValues, options.LeasingPrefix, time);
        }

        if (options.AdvertisedUrl.Length > 0 && options.ResolverPrefix.Length > 0)
        {
            _proxies = new ProxyMembers(_spaced, options.ResolverPrefix, log, time);
        }

        Methods = MethodsOf(client);
    }

    public MethodTable Methods { get; }

    public ProxyMetrics Metrics { get; }

    /// <summary>The keys as the proxy's clients see them, without the cache.</summary>
    public IKeyValues KeyValues { get; }

    /// <summary>Called when clients are served.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_options.IsOrdered)
        {
            await RecoverOrderAsync(cancellation);
        }

        if (_options.ResolverPrefix.Length > 0)
        {
            _registrar = new Registrar(
                _spaced, _options.ResolverPrefix, _options.AdvertisedUrl, _options.ResolverTtlSeconds, _log, _time);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_registrar is not null)
        {
            await _registrar.DisposeAsync();
        }

        if (_proxies is not null)
        {
            await _proxies.DisposeAsync();
        }

        if (_leasing is not null)
        {
            await _leasing.DisposeAsync();
        }

        await _leader.DisposeAsync();
    }

    // Clients that come from another proxy may have seen newer answers than the first member gives.
    private async Task RecoverOrderAsync(CancellationToken cancellation)
    {
        _log.Info("waiting for linearized read from cluster to recover ordering");
        var request = new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("_"), KeysOnly = true };
        while (true)
        {
            try
            {
                await KeyValues.RangeAsync(request, Caller.Nobody, cancellation);
                return;
            }
            catch (EtcdException problem)
            {
                _log.Warn("ordering recovery failed, retrying in 1s", ("error", problem.Message));
                await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellation);
            }
        }
    }

    private MethodTable MethodsOf(EtcdClient client)
    {
        var methods = new MethodList(client, Metrics.Calls);
        new KvMethods(KeyValues, _cache, Metrics).AddTo(methods);
        new WatchMethod(new WatchHub(_spaced, Metrics), KeyValues, _leader, _log).AddTo(methods);
        new LeaseMethods(_spaced, _leader, _time).AddTo(methods);
        new ClusterMethods(client, _options.AdvertisedUrl, _proxies).AddTo(methods);
        AddMaintenance(methods);
        AddAuth(methods);
        AddRecipes(methods);
        return methods.ToTable();
    }

    private static void AddMaintenance(MethodList methods)
    {
        const string Service = "etcdserverpb.Maintenance";
        methods.Pass(Service, "Alarm", isRepeatable: true);
        methods.Pass(Service, "Status", isRepeatable: true);
        methods.Pass(Service, "Hash", isRepeatable: true);
        methods.Pass(Service, "HashKV", isRepeatable: true);
        methods.Pass(Service, "MoveLeader", isRepeatable: true);
        methods.Pass(Service, "Defragment");
        methods.Pass(Service, "Downgrade");
        methods.PassStream(Service, "Snapshot", SnapshotRequest.Parser, SnapshotResponse.Parser);
    }

    private void AddAuth(MethodList methods)
    {
        const string Service = "etcdserverpb.Auth";

        // From now on a member must be asked who may read what.
        methods.Pass(Service, "AuthEnable", done: _cache.Clear);
        foreach (var name in new[] { "AuthStatus", "UserGet", "UserList", "RoleGet", "RoleList" })
        {
            methods.Pass(Service, name, isRepeatable: true);
        }

        foreach (var name in new[]
        {
            "AuthDisable", "Authenticate", "UserAdd", "UserDelete", "UserChangePassword", "UserGrantRole",
            "UserRevokeRole", "RoleAdd", "RoleDelete", "RoleGrantPermission", "RoleRevokePermission",
        })
        {
            methods.Pass(Service, name);
        }
    }

    private static void AddRecipes(MethodList methods)
    {
        methods.Pass("v3lockpb.Lock", "Lock");
        methods.Pass("v3lockpb.Lock", "Unlock");
        methods.Pass("v3electionpb.Election", "Campaign");
        methods.Pass("v3electionpb.Election", "Proclaim");
        methods.Pass("v3electionpb.Election", "Leader", isRepeatable: true);
        methods.Pass("v3electionpb.Election", "Resign");
        methods.PassStream("v3electionpb.Election", "Observe", LeaderRequest.Parser, LeaderResponse.Parser);
    }
}
