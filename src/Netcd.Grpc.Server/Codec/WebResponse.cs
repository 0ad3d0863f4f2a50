using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// The answer to a web request: the application writes into a pipe that holds it back, the codec pulls. Members of the
/// features are used by the application, one thread at a time; those of <see cref="IHttp2Body"/> by the connection's
/// owner.
/// </summary>
internal sealed class WebResponse : IHttpResponseFeature, IHttpResponseBodyFeature, IHttp2Body
{
    private const int HeldBytesMax = 64 * 1024;

    private readonly Action _onOutput;
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: HeldBytesMax,
        resumeWriterThreshold: HeldBytesMax / 2,
        useSynchronizationContext: false));

    private readonly Stack<(Func<object, Task> Callback, object State)> _onStarting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _onCompleted = new();
    private readonly NoticingWriter _writer;

    // Set by the application, read by the owner.
    private volatile bool _isComplete;
    private volatile bool _hasBody;

    // Owner only: the reader is completed once.
    private bool _isAbandoned;

    public WebResponse(Action onOutput)
    {
        _onOutput = onOutput;
        _writer = new NoticingWriter(_pipe.Writer, OnFlushingAsync, onOutput);
        Stream = _writer.AsStream(leaveOpen: true);
    }

    public bool IsHead { get; set; }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    public Stream Stream { get; }

    public PipeWriter Writer => _writer;

    // The response body is the one of the body feature.
    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException();
    }

    public HeaderBlock? Trailers => null;

    /// <summary>The application is done.</summary>
    public bool IsComplete => _isComplete;

    public bool IsCompleteAndEmpty => _isComplete && !_hasBody;

    public void OnStarting(Func<object, Task> callback, object state) => _onStarting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push((callback, state));

    public void DisableBuffering()
    {
        // Nothing is buffered beyond the pipe.
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
        {
            return;
        }

        while (_onStarting.TryPop(out var starting))
        {
            await starting.Callback(starting.State);
        }

        HasStarted = true;
    }

    public async Task CompleteAsync()
    {
        if (_isComplete)
        {
            return;
        }

        await StartAsync();
        var unflushed = _pipe.Writer.UnflushedBytes;
        if (unflushed > 0 && !_hasBody && Headers.ContentLength is null)
        {
            Headers.ContentLength = unflushed;
        }

        _hasBody |= unflushed > 0 && !IsHead;
        await _pipe.Writer.CompleteAsync();
        _isComplete = true;
        _onOutput();
    }

    public async Task RunCompletedAsync()
    {
        while (_onCompleted.TryPop(out var completed))
        {
            await completed.Callback(completed.State);
        }
    }

    public int Fill(Span<byte> destination, out BodyStep step)
    {
        if (_isAbandoned || !_pipe.Reader.TryRead(out var result))
        {
            step = _isAbandoned ? BodyStep.End : BodyStep.Waiting;
            return 0;
        }

        var count = IsHead ? 0 : (int)Math.Min(destination.Length, result.Buffer.Length);
        var part = result.Buffer.Slice(0, count);
        part.CopyTo(destination);
        var isAll = IsHead || count == result.Buffer.Length;
        step = !isAll ? BodyStep.More : result.IsCompleted ? BodyStep.End : BodyStep.Waiting;
        _pipe.Reader.AdvanceTo(IsHead ? result.Buffer.End : part.End);
        return count;
    }

    public void Release() => Abandon();

    /// <summary>Nobody reads any more: what the application still writes goes nowhere.</summary>
    public void Abandon()
    {
        if (!_isAbandoned)
        {
            _isAbandoned = true;
            _pipe.Reader.Complete();
        }
    }

    private async Task OnFlushingAsync()
    {
        await StartAsync();
        _hasBody |= !IsHead;
    }
}
