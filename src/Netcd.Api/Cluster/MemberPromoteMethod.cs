using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Cluster;

internal sealed class MemberPromoteMethod(ApiContext api)
    : MembershipMethod<MemberPromoteRequest>(
        api, Rpc.MemberPromote, RequestShapes.MemberPromoteRequest, MemberPromoteRequest.Parser)
{
    protected override Task<MemberChange> ChangeAsync(
        MemberPromoteRequest request, string? token, CancellationToken cancellation) =>
        Api.Member.PromoteMemberAsync(new MemberId(request.ID), token, cancellation);

    protected override IMessage Respond(MemberChange change, ResponseHeader header)
    {
        var response = new MemberPromoteResponse { Header = header };
        response.Members.AddRange(MemberMessages.Of(change.Members));
        return response;
    }
}
