using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Auth;

/// <summary>Auth.Authenticate: refused while auth is off; while it is on, nobody can be known here.</summary>
internal sealed class AuthenticateMethod(ApiContext api)
    : UnaryMethod(api, "etcdserverpb.Auth", "Authenticate", RequestShapes.AuthenticateRequest)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        Refuse(
            ref reply,
            ErrorTable.For(Api.Member.IsAuthEnabled ? Refusal.AuthFailed : Refusal.AuthNotEnabled));
}
