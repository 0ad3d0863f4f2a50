using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>
/// Answers that the current thread gives to pending calls, so that each connection is woken once a batch. The thread
/// that answers also flushes.
/// </summary>
internal static class AnswerBatch
{
    [ThreadStatic]
    private static CompletionBatch? _batch;

    public static void Complete(CallTicket ticket, in Reply reply) =>
        (_batch ??= new CompletionBatch()).Complete(ticket, reply);

    /// <summary>Sends what this thread has answered since the last call.</summary>
    public static void Flush() => _batch?.Flush();
}
