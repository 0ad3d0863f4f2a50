using System.Buffers;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Grpc.Server.Calls;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>
/// One streaming call over Kestrel: a loop that reads requests and a loop that writes what is queued.
/// </summary>
internal sealed class KestrelStreamCall : StreamOut
{
    private const int ChunkBytes = 16 * 1024;

    private readonly KestrelGrpc _grpc;
    private readonly HttpContext _context;
    private readonly Method _method;
    private readonly long _deadline;
    private readonly CancellationTokenSource _over;
    private readonly StreamQueue _queue;

    // Holds one token when the writing loop has something to look at.
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Serialises the calls into the handler's object. Order: this lock before the queue's.
    private readonly Lock _handlerGate = new();
    private MessageReader _reader;
    private IStreamCall? _call;
    private bool _hasRequest;
    private bool _isClosed;

    public KestrelStreamCall(KestrelGrpc grpc, HttpContext context, Method method, RequestHead head)
    {
        _grpc = grpc;
        _context = context;
        _method = method;
        _queue = new StreamQueue(grpc.Limits.StreamQueueBytesMax);
        _reader = new MessageReader(grpc.Limits.ReceiveBytesMax, head.Encoding, head.EncodingName);
        _over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _deadline = CallDeadline.Start(grpc.Time, head, _over);
    }

    public async Task RunAsync()
    {
        using var over = _over;
        var reason = StreamCloseReason.Finished;
        var reading = Task.CompletedTask;
        try
        {
            Open();
            reading = ReadAsync();
            await WriteAsync();
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            reason = _context.RequestAborted.IsCancellationRequested
                ? StreamCloseReason.Canceled
                : StreamCloseReason.DeadlineExceeded;
            if (reason == StreamCloseReason.DeadlineExceeded)
            {
                KestrelGrpc.End(_context, GrpcErrors.DeadlineExceeded);
            }
        }
        finally
        {
            _queue.Close();
            await _over.CancelAsync();
            await reading;
            _reader.Dispose();
            Close(reason);
        }
    }

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        var isTaken = _queue.TryAdd(head, body);
        Signal();
        return isTaken;
    }

    public override void Finish(Status status)
    {
        if (_queue.TryEnd(status))
        {
            Signal();
        }
    }

    private void Open()
    {
        var handler = _method.Stream;
        Invariant.Check(handler is not null);
        var head = new CallHead(
            _method,
            _deadline,
            new HeaderMetadata(_context.Request.Headers),
            _context.Features.Get<PeerIdentity>() ?? PeerIdentity.Unknown);
        try
        {
            lock (_handlerGate)
            {
                _call = handler.Open(head, this);
            }
        }
        catch (Exception error)
        {
            Finish(_grpc.Fault.Answer(error, _method));
        }
    }

    private async Task ReadAsync()
    {
        var body = _context.Request.BodyReader;
        try
        {
            while (_queue.End is null)
            {
                var result = await body.ReadAsync(_over.Token);
                Consume(result.Buffer);
                body.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    OnBodyEnd();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The call is over; the writing loop says how.
        }
        catch (IOException)
        {
            // The client reset the stream or left: RequestAborted follows.
        }
    }

    private void Consume(in ReadOnlySequence<byte> buffer)
    {
        foreach (var segment in buffer)
        {
            var data = segment.Span;
            Status? error = null;
            while (_queue.End is null && _reader.TryRead(ref data, out var message, out error))
            {
                OnMessage(message);
            }

            if (error is not null)
            {
                Finish(error);
            }
        }
    }

    private void OnMessage(ReadOnlySpan<byte> message)
    {
        if (_hasRequest && !_method.IsClientStreaming)
        {
            // After the one message of a call that is unary on the wire everything is ignored, as for unary calls.
            if (_method.IsServerStreaming)
            {
                Finish(GrpcErrors.SecondRequest);
            }

            return;
        }

        _hasRequest = true;
        try
        {
            lock (_handlerGate)
            {
                if (!_isClosed)
                {
                    _call?.OnMessage(message);
                }
            }
        }
        catch (Exception error)
        {
            Finish(_grpc.Fault.Answer(error, _method));
        }
    }

    private void OnBodyEnd()
    {
        if (_reader.IsInsideMessage)
        {
            Finish(GrpcErrors.StreamTruncated);
        }
        else if (!_hasRequest && !_method.IsClientStreaming)
        {
            Finish(_method.IsServerStreaming ? GrpcErrors.NoRequest : GrpcErrors.NoMessage);
        }
        else
        {
            Guard(static call => call.OnHalfClose());
        }
    }

    private async Task WriteAsync()
    {
        var output = _context.Response.BodyWriter;
        while (true)
        {
            var written = _queue.Read(output.GetSpan(ChunkBytes), out var isEmpty, out var end);
            if (written > 0)
            {
                output.Advance(written);
                await output.FlushAsync(_over.Token);
            }

            if (end is not null)
            {
                // Stream answers have headers of their own only once a message was sent, as in Go.
                KestrelGrpc.End(_context, end);
                return;
            }

            if (_queue.TakeWritable())
            {
                Guard(static call => call.OnWritable());
            }

            if (isEmpty)
            {
                await _work.Reader.ReadAsync(_over.Token);
            }
        }
    }

    private void Guard(Action<IStreamCall> action)
    {
        try
        {
            lock (_handlerGate)
            {
                if (!_isClosed && _queue.End is null && _call is { } call)
                {
                    action(call);
                }
            }
        }
        catch (Exception error)
        {
            Finish(_grpc.Fault.Answer(error, _method));
        }
    }

    private void Close(StreamCloseReason reason)
    {
        try
        {
            lock (_handlerGate)
            {
                _isClosed = true;
                _call?.OnClosed(reason);
            }
        }
        catch (Exception error)
        {
            _grpc.Fault.Report(error, _method);
        }
    }

    private void Signal() => _work.Writer.TryWrite(true);
}
