using Google.Protobuf;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Leases;

/// <summary>
/// Lease.LeaseTimeToLive. Only the leader counts time, so it waits until this member is known to lead and to have
/// applied what is committed.
/// </summary>
internal sealed class LeaseTimeToLiveMethod(ApiContext api)
    : MessageMethod<LeaseTimeToLiveRequest>(
        api,
        "etcdserverpb.Lease",
        "LeaseTimeToLive",
        RequestShapes.LeaseTimeToLiveRequest,
        LeaseTimeToLiveRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, LeaseTimeToLiveRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Api.Gate.CheckUser(head) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        if (Api.Member.Lessor.IsPrimary && Api.Member.TryReadIndexNow())
        {
            return Answer(ref reply, Look(request));
        }

        Api.Member.ReadIndex(new ReadIndexCall(result =>
        {
            if (result == Refusal.None && Api.Member.Lessor.IsPrimary)
            {
                Finish(ticket, Look(request));
            }
            else
            {
                // Without a leader etcd looks for one until the request times out, and then says this.
                Finish(ticket, ErrorTable.For(result == Refusal.Stopped ? result : Refusal.NoLeader));
            }
        }));
        return CallStep.Pending;
    }

    private LeaseTimeToLiveResponse Look(LeaseTimeToLiveRequest request)
    {
        var response = new LeaseTimeToLiveResponse { Header = FullHeader(), ID = request.ID, TTL = -1 };
        var id = new LeaseId(request.ID);
        if (Api.Member.Lessor.TryGet(id, out var lease))
        {
            response.TTL = lease.RemainingTtlSeconds;
            response.GrantedTTL = lease.GrantedTtlSeconds;
            if (request.Keys)
            {
                foreach (var key in Api.Member.Lessor.Keys(id))
                {
                    response.Keys.Add(UnsafeByteOperations.UnsafeWrap(key));
                }
            }
        }

        return response;
    }
}
