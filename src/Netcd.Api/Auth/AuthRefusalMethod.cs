using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Auth;

/// <summary>A method that can only be refused without users.</summary>
internal sealed class AuthRefusalMethod(ApiContext api, string name, MessageShape shape, Refusal refusal)
    : UnaryMethod(api, "etcdserverpb.Auth", name, shape)
{
    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        Refuse(ref reply, Api.Gate.CheckUser(head) ?? ErrorTable.For(refusal));
}
