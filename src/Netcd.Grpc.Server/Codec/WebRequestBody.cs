using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Netcd.Base;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// The body of a web request on its way to the application. The codec's window bounds it: bytes are credited when they
/// were read.
/// </summary>
internal sealed class WebRequestBody : IRequestBodyPipeFeature
{
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0,
        useSynchronizationContext: false));

    // The application may be done with the reader while bytes still come. Guards the writer.
    private readonly Lock _gate = new();
    private bool _isEnded;

    public WebRequestBody(Action<long> onConsumed)
    {
        Reader = new CreditReader(_pipe.Reader, onConsumed);
        Stream = Reader.AsStream(leaveOpen: true);
    }

    public PipeReader Reader { get; }

    public Stream Stream { get; }

    public void Add(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (!_isEnded && !data.IsEmpty)
            {
                _pipe.Writer.Write(data);

                // Never waits: the pipe has no threshold.
                var flush = _pipe.Writer.FlushAsync();
                Invariant.Check(flush.IsCompleted);
            }
        }
    }

    public void End() => Complete(null);

    /// <summary>Reads fail from now on, if the body had not ended.</summary>
    public void Abort() => Complete(new ConnectionAbortedBodyException());

    private void Complete(Exception? error)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                _isEnded = true;
                _pipe.Writer.Complete(error);
            }
        }
    }
}
