using Google.Protobuf;
using Google.Protobuf.Reflection;
using Netcd.Grpc;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Health;
using Netcd.Proto.Lock;

namespace Netcd.Proxy.Calls;

/// <summary>Every method of etcd's services, passed on.</summary>
public static class PassedMethods
{
    // Asking twice does no harm (client/v3/retry.go, repeatable).
    private static readonly HashSet<string> Repeatable = new(StringComparer.Ordinal)
    {
        "Range", "LeaseTimeToLive", "LeaseLeases", "LeaseRevoke", "MemberList", "Alarm", "Status", "Hash", "HashKV",
        "MoveLeader", "UserList", "UserGet", "RoleGet", "RoleList", "Leader", "Check", "AuthStatus",
    };

    public static MethodTable Over(Upstream upstream)
    {
        var methods = new List<Method>
        {
            Stream(upstream, "etcdserverpb.Watch", "Watch", true, WatchRequest.Parser, WatchResponse.Parser),
            Stream(
                upstream, "etcdserverpb.Lease", "LeaseKeepAlive", true, LeaseKeepAliveRequest.Parser,
                LeaseKeepAliveResponse.Parser),
            Stream(
                upstream, "etcdserverpb.Maintenance", "Snapshot", false, SnapshotRequest.Parser,
                SnapshotResponse.Parser),
            Stream(upstream, "etcdserverpb.KV", "RangeStream", false, RangeRequest.Parser, RangeStreamResponse.Parser),
            Stream(
                upstream, "v3electionpb.Election", "Observe", false, LeaderRequest.Parser, LeaderResponse.Parser),
            Stream(
                upstream, "grpc.health.v1.Health", "Watch", false, HealthCheckRequest.Parser,
                HealthCheckResponse.Parser),
        };
        FileDescriptor[] files =
        [
            RpcReflection.Descriptor, LockReflection.Descriptor, ElectionReflection.Descriptor,
            HealthReflection.Descriptor,
        ];
        foreach (var method in files.SelectMany(static file => file.Services).SelectMany(static found => found.Methods))
        {
            if (!method.IsClientStreaming && !method.IsServerStreaming)
            {
                var isRepeatable = Repeatable.Contains(method.Name);
                methods.Add(new PassedUnary(upstream, method.Service.FullName, method.Name, isRepeatable).Method);
            }
        }

        return new MethodTable(methods);
    }

    private static Method Stream<TRequest, TResponse>(
        Upstream upstream,
        string service,
        string name,
        bool clientStreaming,
        MessageParser<TRequest> requests,
        MessageParser<TResponse> responses)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        new PassedStream<TRequest, TResponse>(upstream, service, name, clientStreaming, requests, responses).Method;
}
