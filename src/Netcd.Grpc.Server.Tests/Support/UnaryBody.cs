namespace Netcd.Grpc.Server.Tests.Support;

public delegate CallStep UnaryBody(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket);
