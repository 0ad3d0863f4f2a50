using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;
using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Watch;

/// <summary>The Watch service.</summary>
/// <param name="hub">All that is watched.</param>
/// <param name="members">Says who may read what.</param>
/// <param name="leader">Whether the members have a leader.</param>
/// <param name="log">The proxy's log.</param>
internal sealed class WatchMethod(WatchHub hub, IKeyValues members, LeaderWatch leader, ProxyLog log)
{
    private static readonly ByteString Zero = ByteString.CopyFrom(0);

    public WatchHub Hub { get; } = hub;

    public ProxyLog Log { get; } = log;

    public void AddTo(MethodList methods) => methods.Stream("etcdserverpb.Watch", "Watch", Open);

    /// <summary>
    /// Asks a member for the range: a watcher that joins a broadcast would otherwise get events that its user may not
    /// read.
    /// </summary>
    /// <exception cref="Client.EtcdException">The caller may not.</exception>
    public Task CheckAsync(WatchCreateRequest request, Caller caller, CancellationToken cancellation) =>
        members.RangeAsync(
            new RangeRequest
            {
                Serializable = true,
                Key = request.Key.IsEmpty ? Zero : request.Key,
                RangeEnd = request.Key.IsEmpty ? Zero : request.RangeEnd,
                CountOnly = true,
                Limit = 1,
            },
            caller with { RequiresLeader = false },
            cancellation);

    private WatchCall Open(CallOutput output, Caller caller)
    {
        var over = new CancellationTokenSource();
        if (caller.RequiresLeader)
        {
            leader.EndWhenLost(output, over.Token);
        }

        return new WatchCall(this, output, caller, over);
    }
}
