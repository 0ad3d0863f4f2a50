using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Leases;

/// <summary>
/// The Lease service. All streams' leases are kept alive over one stream to the members. Source:
/// server/proxy/grpcproxy/lease.go.
/// </summary>
/// <param name="client">Sees the proxy's namespace.</param>
/// <param name="leader">Whether the members have a leader.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaseMethods(EtcdClient client, LeaderWatch leader, TimeProvider time)
{
    private const string Service = "etcdserverpb.Lease";

    public void AddTo(MethodList methods)
    {
        methods.Pass(Service, "LeaseGrant", done: leader.Found);
        methods.Answer(Service, "LeaseRevoke", LeaseRevokeRequest.Parser, RevokeAsync);
        methods.Answer(Service, "LeaseTimeToLive", LeaseTimeToLiveRequest.Parser, TimeToLiveAsync);
        methods.Answer(Service, "LeaseLeases", LeaseLeasesRequest.Parser, LeasesAsync);
        methods.Stream(Service, "LeaseKeepAlive", Open);
    }

    private async Task<LeaseRevokeResponse> RevokeAsync(
        LeaseRevokeRequest request, Caller caller, CancellationToken cancellation)
    {
        var response = await caller.View(client).Leases.RevokeAsync(request.ID, cancellation);
        leader.Found();
        return response;
    }

    private Task<LeaseTimeToLiveResponse> TimeToLiveAsync(
        LeaseTimeToLiveRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Leases.TimeToLiveAsync(request.ID, request.Keys, cancellation);

    private Task<LeaseLeasesResponse> LeasesAsync(
        LeaseLeasesRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Leases.LeasesAsync(cancellation);

    private KeepAliveCall Open(CallOutput output, Caller caller)
    {
        var over = new CancellationTokenSource();
        if (caller.RequiresLeader)
        {
            leader.EndWhenLost(output, over.Token);
        }

        return new KeepAliveCall((caller with { RequiresLeader = false }).View(client), output, time, over);
    }
}
