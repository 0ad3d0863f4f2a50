using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Auth;

internal sealed class AuthStatusMethod(ApiContext api)
    : MessageMethod<AuthStatusRequest>(
        api, "etcdserverpb.Auth", "AuthStatus", RequestShapes.AuthStatusRequest, AuthStatusRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, AuthStatusRequest request, ref ReplyWriter reply, CallTicket ticket) =>
        Api.Gate.CheckUser(head) is { } refusal
            ? Refuse(ref reply, refusal)
            : Answer(ref reply, new AuthStatusResponse
            {
                Header = FullHeader(),
                Enabled = false,
                AuthRevision = Api.Member.AuthRevision,
            });
}
