using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

internal sealed class DeleteRangeMethod(ApiContext api)
    : ProposalMethod(
        api, Rpc.KvDeleteRange, RequestShapes.DeleteRangeRequest, InternalRequestKind.DeleteRange)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        var caller = default(Caller);
        var refusal = RequestRules.Check(DeleteRangeRequestView.Parse(message)) ?? Admit(head, out caller);
        return refusal is null ? Propose(message, caller, ticket, ref reply) : Refuse(ref reply, refusal);
    }
}
