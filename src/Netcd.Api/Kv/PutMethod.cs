using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

internal sealed class PutMethod(ApiContext api)
    : ProposalMethod(api, Rpc.KvPut, RequestShapes.PutRequest, InternalRequestKind.Put)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        if (TryRefuseForSpace(message, ticket))
        {
            return CallStep.Pending;
        }

        var caller = default(Caller);
        var refusal = RequestRules.Check(PutRequestView.Parse(message)) ?? Admit(head, out caller);
        return refusal is null ? Propose(message, caller, ticket, ref reply) : Refuse(ref reply, refusal);
    }
}
