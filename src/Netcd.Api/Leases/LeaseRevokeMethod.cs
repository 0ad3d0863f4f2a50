using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Leases;

internal sealed class LeaseRevokeMethod(ApiContext api)
    : ProposalMethod(
        api, Rpc.LeaseRevoke, RequestShapes.LeaseRevokeRequest, InternalRequestKind.LeaseRevoke)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        Admit(head, out var caller) is { } refusal ? Refuse(ref reply, refusal) : Propose(message, caller, ticket);
}
