using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Maintenance;

/// <summary>
/// Maintenance.Alarm. Goes through Raft, a GET too; an action outside the enum would bring etcd down and gets nothing.
/// </summary>
internal sealed class AlarmMethod(ApiContext api)
    : ProposalMethod(
        api, Rpc.Alarm, RequestShapes.AlarmRequest, InternalRequestKind.Alarm)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        var action = AlarmRequestView.Parse(message).Action;
        var refusal = Admit(head, out var caller)
            ?? (action == AlarmAction.Get ? null : Api.Callers.RequireRoot(caller));
        if (refusal is not null)
        {
            return Refuse(ref reply, refusal);
        }

        return (uint)action <= (uint)AlarmAction.Deactivate
            ? Propose(message, caller, ticket)
            : Answer(ref reply, Api.Member.Store.CurrentRevision, []);
    }
}
