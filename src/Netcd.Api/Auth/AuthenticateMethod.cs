using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Auth;

/// <summary>Auth.Authenticate: a token for a password.</summary>
internal sealed class AuthenticateMethod(ApiContext api)
    : UnaryMethod(api, Rpc.Authenticate, RequestShapes.AuthenticateRequest)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        var request = AuthRequestView.Parse(message);
        new LoginCall(Api, this, ticket, request.Name.ToArray(), request.Second.ToArray()).Start();
        AnswerBatch.Flush();
        return CallStep.Pending;
    }
}
