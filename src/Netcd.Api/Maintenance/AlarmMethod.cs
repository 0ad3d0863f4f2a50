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
        api, "etcdserverpb.Maintenance", "Alarm", RequestShapes.AlarmRequest, InternalRequestKind.Alarm)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Api.Gate.CheckUser(head) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        return (uint)AlarmRequestView.Parse(message).Action <= (uint)AlarmAction.Deactivate
            ? Propose(message, ticket)
            : Answer(ref reply, Api.Member.Store.CurrentRevision, []);
    }
}
