namespace Netcd.Grpc;

/// <summary>
/// Handles the calls of a unary method. Runs on the connection's thread: it never blocks and never waits for disk or
/// for a lock held across I/O. Work over a small budget (about 50 us or 64 KiB of answer) returns
/// <see cref="CallStep.Pending"/> and goes to a worker.
/// </summary>
public interface IUnaryHandler
{
    /// <param name="head">Request headers; a view.</param>
    /// <param name="message">The request message without its gRPC prefix; a view.</param>
    /// <param name="reply">Where the answer goes when the result is <see cref="CallStep.Done"/>.</param>
    /// <param name="ticket">Where it goes when the result is <see cref="CallStep.Pending"/>.</param>
    CallStep Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket);
}
