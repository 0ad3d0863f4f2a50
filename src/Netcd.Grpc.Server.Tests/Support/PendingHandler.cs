using System.Threading.Channels;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Gives each call's ticket to the test and leaves it open.</summary>
public sealed class PendingHandler : IUnaryHandler
{
    private readonly Channel<CallTicket> _tickets = Channel.CreateUnbounded<CallTicket>();

    public ValueTask<CallTicket> NextAsync() => _tickets.Reader.ReadAsync(TestTimeout.Token());

    public CallStep Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        _tickets.Writer.TryWrite(ticket);
        return CallStep.Pending;
    }
}
