namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>A unary handler from a method.</summary>
public sealed class UnaryHandler(UnaryBody body) : IUnaryHandler
{
    public CallStep Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket) =>
        body(head, message, reply, ticket);
}
