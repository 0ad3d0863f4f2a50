using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Auth;

/// <summary>Auth.AuthDisable: nothing to do while auth is off.</summary>
internal sealed class AuthDisableMethod(ApiContext api)
    : UnaryMethod(api, "etcdserverpb.Auth", "AuthDisable", RequestShapes.AuthDisableRequest)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        Api.Gate.CheckUser(head) is { } refusal
            ? Refuse(ref reply, refusal)
            : Answer(ref reply, Api.Member.Store.CurrentRevision, []);
}
