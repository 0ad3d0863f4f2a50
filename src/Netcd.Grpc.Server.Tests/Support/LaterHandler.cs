using System.Collections.Concurrent;
using Netcd.Base.Buffers;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Echoes from one other thread, as the applier does: takes what is there, answers it all, flushes once.</summary>
public sealed class LaterHandler : IUnaryHandler, IDisposable
{
    private readonly BlockingCollection<(CallTicket Ticket, SharedBytes Message)> _work = new(100_000);
    private readonly Thread _thread;

    public LaterHandler()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "later" };
        _thread.Start();
    }

    public CallStep Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        _work.Add((ticket, SharedBytes.CopyOf(message)));
        return CallStep.Pending;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        var batch = new CompletionBatch();
        foreach (var (ticket, message) in _work.GetConsumingEnumerable())
        {
            batch.Complete(ticket, Reply.Of(message));
            if (_work.Count == 0)
            {
                batch.Flush();
            }
        }
    }
}
