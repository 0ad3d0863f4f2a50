using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Calls;

/// <summary>A unary call that waits for its proposal.</summary>
internal sealed class ProposalCall(UnaryMethod method, CallTicket ticket) : IProposalWaiter
{
    public void Applied(in ApplyAnswer answer)
    {
        if (answer.Refusal != Refusal.None)
        {
            Refused(answer.Refusal);
            return;
        }

        method.Complete(ticket, answer.Revision, answer.Body);
    }

    public void Refused(Refusal refusal) => method.Complete(ticket, ErrorTable.For(refusal));
}
