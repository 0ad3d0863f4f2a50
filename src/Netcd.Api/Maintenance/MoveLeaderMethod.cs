using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Maintenance;

/// <summary>Maintenance.MoveLeader: on the leader only. The answer has no header.</summary>
internal sealed class MoveLeaderMethod(ApiContext api)
    : MessageMethod<MoveLeaderRequest>(
        api, Rpc.MoveLeader, RequestShapes.MoveLeaderRequest, MoveLeaderRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, MoveLeaderRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out _) is { } userStatus)
        {
            return Refuse(ref reply, userStatus);
        }

        if (Api.Member.Leader != Api.Member.Id)
        {
            return Refuse(ref reply, ErrorTable.For(Refusal.NotLeader));
        }

        var target = new MemberId(request.TargetID);
        if (!Api.Member.Members.Any(member => member.Id == target && !member.IsLearner))
        {
            return Refuse(ref reply, ErrorTable.For(Refusal.BadLeaderTransferee));
        }

        if (target == Api.Member.Id)
        {
            return Answer(ref reply, new MoveLeaderResponse());
        }

        _ = MoveAsync(target, ticket);
        return CallStep.Pending;
    }

    private async Task MoveAsync(MemberId target, CallTicket ticket)
    {
        var refusal = await Api.Member.MoveLeaderAsync(target, CancellationToken.None);
        if (refusal == Refusal.None)
        {
            Finish(ticket, new MoveLeaderResponse());
        }
        else
        {
            Finish(ticket, ErrorTable.For(refusal));
        }
    }
}
