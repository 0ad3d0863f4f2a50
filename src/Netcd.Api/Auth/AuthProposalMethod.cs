using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Auth;

/// <summary>
/// A method on users and roles that has no secret in it: it goes through Raft as it came, questions too, and is judged
/// where it is applied.
/// </summary>
internal sealed class AuthProposalMethod(ApiContext api, Rpc rpc, MessageShape shape, InternalRequestKind kind)
    : ProposalMethod(api, rpc, shape, kind)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        // Go etcd ends when it has to store such a name.
        if (AuthRequestView.Parse(message).Name.Length > AuthStore.NameBytesMax)
        {
            return Refuse(ref reply, ErrorTable.For(Refusal.InvalidAuthManagement));
        }

        return Admit(head, out var caller) is { } refusal
            ? Refuse(ref reply, refusal)
            : Propose(message, caller, ticket);
    }
}
