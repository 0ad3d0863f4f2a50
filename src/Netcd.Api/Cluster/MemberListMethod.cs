using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Cluster;

internal sealed class MemberListMethod(ApiContext api)
    : MessageMethod<MemberListRequest>(
        api, Rpc.MemberList, RequestShapes.MemberListRequest, MemberListRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, MemberListRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (request.Linearizable && !Api.Member.TryReadIndexNow())
        {
            var credentials = Api.Callers.WaitingCredentialsOf(head);
            Api.Member.ReadIndex(new ReadIndexCall(refusal =>
            {
                var status = refusal == Refusal.None ? AdmitLater(credentials, out _) : ErrorTable.For(refusal);
                if (status is null)
                {
                    Finish(ticket, List());
                }
                else
                {
                    Finish(ticket, status);
                }
            }));
            return CallStep.Pending;
        }

        return Admit(head, out _) is { } user ? Refuse(ref reply, user) : Answer(ref reply, List());
    }

    private MemberListResponse List()
    {
        var response = new MemberListResponse { Header = ClusterHeader() };
        response.Members.AddRange(MemberMessages.Of(Api.Member.Members));
        return response;
    }
}
