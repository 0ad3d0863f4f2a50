using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Leases;

/// <summary>Lease.LeaseGrant. A grant without an id gets one here, so that every member applies the same.</summary>
internal sealed class LeaseGrantMethod(ApiContext api)
    : ProposalMethod(
        api, Rpc.LeaseGrant, RequestShapes.LeaseGrantRequest, InternalRequestKind.LeaseGrant)
{
    private const int IdField = 2;

    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        if (TryRefuseForSpace(message, ticket))
        {
            return CallStep.Pending;
        }

        if (Admit(head, out var caller) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        return LeaseGrantRequestView.Parse(message).Id.IsNone
            ? Propose(WithId(message), caller, ticket)
            : Propose(message, caller, ticket);
    }

    /// <summary>Of a field that is there twice the last counts, so the id is simply added.</summary>
    private byte[] WithId(ReadOnlySpan<byte> message)
    {
        long id;
        do
        {
            id = (long)(Api.Member.NextRequestId() & long.MaxValue);
        }
        while (id == 0);

        var request = new byte[message.Length + ProtoSize.Int64(IdField, id)];
        var writer = new ProtoWriter(request);
        writer.Raw(message);
        writer.Int64(IdField, id);
        return request;
    }
}
