using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;
using Netcd.Server.Auth;

namespace Netcd.Api.Leases;

/// <summary>
/// Lease.LeaseTimeToLive. Only the leader counts time, so it is asked.
/// </summary>
internal sealed class LeaseTimeToLiveMethod(ApiContext api)
    : MessageMethod<LeaseTimeToLiveRequest>(
        api,
        Rpc.LeaseTimeToLive,
        RequestShapes.LeaseTimeToLiveRequest,
        LeaseTimeToLiveRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, LeaseTimeToLiveRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out var caller) is { } stranger)
        {
            return Refuse(ref reply, stranger);
        }

        // The keys of a lease are told to who may read them all; its times to every user.
        var auth = Api.Member.Auth;
        if (request.Keys && auth.IsEnabled)
        {
            var permissions = new Permissions(auth, Api.Member.Lessor, caller.At(auth));
            if (permissions.ReadLease(new LeaseId(request.ID)) is var refusal && refusal != Refusal.None)
            {
                return Refuse(ref reply, ErrorTable.For(refusal));
            }
        }

        _ = AnswerAsync(request, auth, ticket);
        return CallStep.Pending;
    }

    private async Task AnswerAsync(LeaseTimeToLiveRequest request, AuthState judged, CallTicket ticket)
    {
        var times = await Api.Member.LeaseTimesAsync(
            new LeaseId(request.ID), request.Keys, CancellationToken.None);
        if (times.Refusal is not (Refusal.None or Refusal.LeaseNotFound))
        {
            Finish(ticket, ErrorTable.For(times.Refusal));
            return;
        }

        // Keys may have been attached since; but who may read what has not changed.
        if (request.Keys && Api.Reads.CheckAgain(judged) is { } changed)
        {
            Finish(ticket, changed);
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
