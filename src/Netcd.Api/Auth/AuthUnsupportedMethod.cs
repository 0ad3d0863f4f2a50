using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Auth;

/// <summary>A method on users or roles, which this version does not manage.</summary>
internal sealed class AuthUnsupportedMethod(ApiContext api, string name, MessageShape shape)
    : UnaryMethod(api, "etcdserverpb.Auth", name, shape)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        Refuse(ref reply, Api.Gate.CheckUser(head) ?? ErrorTable.UsersUnsupported);
}
