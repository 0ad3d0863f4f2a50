namespace Netcd.Grpc;

/// <summary>
/// Names one pending unary call. Completing a call that is gone (cancelled, expired, connection lost) does nothing but
/// release what it was given.
/// </summary>
public readonly record struct CallTicket(ICallOwner Owner, int StreamId, int Generation)
{
    /// <summary>
    /// Answers the call; once, from any thread, without blocking. The answers of a batch leave together: call
    /// <see cref="ICallOwner.Flush"/> (or <see cref="CompletionBatch"/>) after the last one.
    /// </summary>
    public void Complete(in Reply reply) => Owner.Complete(StreamId, Generation, reply);
}
