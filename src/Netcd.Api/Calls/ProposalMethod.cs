using Netcd.Api.Access;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Calls;

/// <summary>A method whose request goes through Raft as the client sent it.</summary>
internal abstract class ProposalMethod(
    ApiContext api, Rpc rpc, MessageShape shape, InternalRequestKind kind)
    : UnaryMethod(api, rpc, shape)
{
    /// <summary>
    /// True when the request does not fit below the quota; it is then refused once the alarm is raised. Comes before
    /// any other check (server/etcdserver/api/v3rpc/quota.go).
    /// </summary>
    protected bool TryRefuseForSpace(ReadOnlySpan<byte> message, CallTicket ticket)
    {
        if (Api.Member.Quota.IsAvailable(Quota.CostOf(kind, message)))
        {
            return false;
        }

        Api.Member.RefuseForSpace(new ProposalCall(this, ticket));
        AnswerBatch.Flush();
        return true;
    }

    protected CallStep Propose(ReadOnlySpan<byte> message, in Caller caller, CallTicket ticket)
    {
        Api.Propose(kind, message, caller, new ProposalCall(this, ticket));

        // What the member refused at once was answered on this thread.
        AnswerBatch.Flush();
        return CallStep.Pending;
    }

    /// <summary>As above, for a request that is shown if it turns out to be slow.</summary>
    protected CallStep Propose(
        ReadOnlySpan<byte> message, in Caller caller, CallTicket ticket, ref ReplyWriter reply)
    {
        var encoded = Api.Propose(kind, message, caller, new ProposalCall(this, ticket));
        reply.Keep(InternalRequestEncoder.MessageIn(encoded, kind, message.Length));
        AnswerBatch.Flush();
        return CallStep.Pending;
    }
}
