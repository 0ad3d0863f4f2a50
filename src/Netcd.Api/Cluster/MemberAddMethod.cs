using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Cluster;

internal sealed class MemberAddMethod(ApiContext api)
    : MembershipMethod<MemberAddRequest>(api, Rpc.MemberAdd, RequestShapes.MemberAddRequest, MemberAddRequest.Parser)
{
    protected override Status? Check(MemberAddRequest request) =>
        PeerUrls.AreValid(request.PeerURLs) ? null : ErrorTable.For(Refusal.MemberBadUrls);

    protected override Task<MemberChange> ChangeAsync(
        MemberAddRequest request, string? token, CancellationToken cancellation) =>
        Api.Member.AddMemberAsync(PeerUrls.Normalize(request.PeerURLs), request.IsLearner, cancellation);

    protected override IMessage Respond(MemberChange change, ResponseHeader header)
    {
        var response = new MemberAddResponse { Header = header };
        if (change.Member is { } member)
        {
            response.Member = MemberMessages.Of(member);
        }

        response.Members.AddRange(MemberMessages.Of(change.Members));
        return response;
    }
}
