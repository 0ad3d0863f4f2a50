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
/// Lease.LeaseTimeToLive. Only the leader counts time, so it is asked.
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

        _ = AnswerAsync(request, ticket);
        return CallStep.Pending;
    }

    private async Task AnswerAsync(LeaseTimeToLiveRequest request, CallTicket ticket)
    {
        var times = await Api.Member.LeaseTimesAsync(
            new LeaseId(request.ID), request.Keys, CancellationToken.None);
        if (times.Refusal is not (Refusal.None or Refusal.LeaseNotFound))
        {
            Finish(ticket, ErrorTable.For(times.Refusal));
            return;
        }

        var response = new LeaseTimeToLiveResponse { Header = FullHeader(), ID = request.ID, TTL = -1 };
        if (times.Refusal == Refusal.None)
        {
            response.TTL = times.TtlSeconds;
            response.GrantedTTL = times.GrantedTtlSeconds;
            response.Keys.AddRange(times.Keys.Select(UnsafeByteOperations.UnsafeWrap));
        }

        Finish(ticket, response);
    }
}
