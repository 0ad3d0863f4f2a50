using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Cluster;

/// <summary>Cluster.MemberUpdate. As in etcd the URLs are taken as they are.</summary>
internal sealed class MemberUpdateMethod(ApiContext api)
    : MembershipMethod<MemberUpdateRequest>(
        api, Rpc.MemberUpdate, RequestShapes.MemberUpdateRequest, MemberUpdateRequest.Parser)
{
    protected override Task<MemberChange> ChangeAsync(
        MemberUpdateRequest request, string? token, CancellationToken cancellation) =>
        Api.Member.UpdateMemberAsync(new MemberId(request.ID), [.. request.PeerURLs], cancellation);

    protected override IMessage Respond(MemberChange change, ResponseHeader header)
    {
        var response = new MemberUpdateResponse { Header = header };
        response.Members.AddRange(MemberMessages.Of(change.Members));
        return response;
    }
}
