using Netcd.Base.Buffers;

namespace Netcd.Grpc;

/// <summary>
/// The outgoing side of a streaming call. Thread safe, never blocks. Messages leave in the order of the calls; what is
/// written is sent without a further call, all writes of a moment together.
/// </summary>
public abstract class StreamOut
{
    /// <summary>
    /// Queues one message made of a small <paramref name="head"/> (copied) and an optional shared
    /// <paramref name="body"/> (whose reference the call takes over, also when it returns false). False: nothing was
    /// queued because as much as a stream may buffer is waiting (at least one message is always taken when nothing is);
    /// wait for <see cref="IStreamCall.OnWritable"/>. On a dead call it returns true and drops the message.
    /// </summary>
    public abstract bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body);

    /// <summary>Ends the call with a status after the messages queued so far. Later calls do nothing.</summary>
    public abstract void Finish(Status status);
}
