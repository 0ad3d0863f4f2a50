using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Cluster;

internal sealed class MemberRemoveMethod(ApiContext api)
    : MembershipMethod<MemberRemoveRequest>(
        api, Rpc.MemberRemove, RequestShapes.MemberRemoveRequest, MemberRemoveRequest.Parser)
{
    protected override Task<MemberChange> ChangeAsync(
        MemberRemoveRequest request, string? token, CancellationToken cancellation) =>
        Api.Member.RemoveMemberAsync(new MemberId(request.ID), cancellation);

    protected override IMessage Respond(MemberChange change, ResponseHeader header)
    {
        var response = new MemberRemoveResponse { Header = header };
        response.Members.AddRange(MemberMessages.Of(change.Members));
        return response;
    }
}
