using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

/// <summary>KV.Compact. A physical compaction is answered by the member once its work is done and committed.</summary>
internal sealed class CompactMethod(ApiContext api)
    : ProposalMethod(
        api, Rpc.KvCompact, RequestShapes.CompactionRequest, InternalRequestKind.Compaction)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        Admit(head, out var caller) is { } refusal ? Refuse(ref reply, refusal) : Propose(message, caller, ticket);
}
