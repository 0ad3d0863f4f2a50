using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Netcd.Base;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>
/// One unary call over Kestrel: reads one message, invokes the handler, waits for a pending answer, writes it.
/// </summary>
internal sealed class KestrelUnaryCall : IReplySink, ICallOwner
{
    private const int PrefixBytes = MessagePrefix.Bytes;
    private const int StreamId = 1;
    private const int Generation = 1;

    private readonly KestrelGrpc _grpc;
    private readonly HttpContext _context;
    private readonly Method _method;
    private readonly long _deadline;
    private readonly CancellationTokenSource _over;
    private readonly TaskCompletionSource<Reply> _pending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MessageReader _reader;

    // What the handler gave through the ReplyWriter: exactly one of the three.
    private byte[]? _framed;
    private Status? _error;
    private IReplySource? _source;

    public KestrelUnaryCall(KestrelGrpc grpc, HttpContext context, Method method, RequestHead head)
    {
        _grpc = grpc;
        _context = context;
        _method = method;
        _reader = new MessageReader(grpc.Limits.ReceiveBytesMax, head.Encoding, head.EncodingName);
        _over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _deadline = CallDeadline.Start(grpc.Time, head, _over);
    }

    public async Task RunAsync()
    {
        using var over = _over;
        await using var registration = _over.Token.UnsafeRegister(
            static state => ((KestrelUnaryCall)state!).OnOver(), // Not null: the state given here.
            this);
        try
        {
            var step = await ReadAsync();
            if (step == CallStep.Pending)
            {
                Take(await _pending.Task);
            }

            await AnswerAsync();
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            if (!_context.RequestAborted.IsCancellationRequested)
            {
                KestrelGrpc.End(_context, GrpcErrors.DeadlineExceeded);
            }
        }
        finally
        {
            _reader.Dispose();
            _source?.Release();
        }
    }

    public Span<byte> BeginMessage(int length)
    {
        Invariant.Check(!HasAnswer);
        Invariant.Check(length <= IReplySink.InlineBytesMax);
        _framed = new byte[PrefixBytes + length];
        MessagePrefix.Write(_framed, length);
        return _framed.AsSpan(PrefixBytes);
    }

    public void Error(Status status)
    {
        Invariant.Check(!HasAnswer);
        _error = status;
    }

    public void Source(IReplySource source)
    {
        Invariant.Check(!HasAnswer);
        _source = source;
    }

    public void Complete(int streamId, int generation, in Reply reply)
    {
        if (!_pending.TrySetResult(reply))
        {
            reply.Release();
        }
    }

    public void Flush()
    {
        // Each answer leaves by itself here.
    }

    private bool HasAnswer => _framed is not null || _error is not null || _source is not null;

    private void OnOver() => _pending.TrySetResult(Reply.Error(GrpcErrors.DeadlineExceeded));

    private async ValueTask<CallStep> ReadAsync()
    {
        var body = _context.Request.BodyReader;
        while (true)
        {
            var result = await body.ReadAsync(_over.Token);
            var step = Consume(result.Buffer);
            body.AdvanceTo(result.Buffer.End);
            if (step is { } known)
            {
                return known;
            }

            if (result.IsCompleted)
            {
                _error = _reader.IsInsideMessage ? GrpcErrors.UnaryTruncated : GrpcErrors.NoMessage;
                return CallStep.Done;
            }
        }
    }

    private CallStep? Consume(in ReadOnlySequence<byte> buffer)
    {
        foreach (var segment in buffer)
        {
            var data = segment.Span;
            if (_reader.TryRead(ref data, out var message, out var error))
            {
                return Invoke(message);
            }

            if (error is not null)
            {
                _error = error;
                return CallStep.Done;
            }
        }

        return null;
    }

    private CallStep Invoke(ReadOnlySpan<byte> message)
    {
        var handler = _method.Unary;
        Invariant.Check(handler is not null);
        var head = new CallHead(
            _method,
            _deadline,
            new HeaderMetadata(_context.Request.Headers),
            _context.Features.Get<PeerIdentity>() ?? PeerIdentity.Unknown);
        var writer = new ReplyWriter(this);
        try
        {
            var step = handler.Invoke(head, message, ref writer, new CallTicket(this, StreamId, Generation));
            Invariant.Check(HasAnswer == (step == CallStep.Done));
            return step;
        }
        catch (Exception error)
        {
            _framed = null;
            _source?.Release();
            _source = null;
            _error = _grpc.Fault.Answer(error, _method);
            return CallStep.Done;
        }
    }

    private void Take(Reply reply)
    {
        if (reply.Source is { } source)
        {
            _source = source;
        }
        else if (reply.Message is { } message)
        {
            _framed = new byte[PrefixBytes + message.Length];
            MessagePrefix.Write(_framed, message.Length);
            message.Span.CopyTo(_framed.AsSpan(PrefixBytes));
            message.Release();
        }
        else
        {
            _error = reply.Status;
        }
    }

    private async ValueTask AnswerAsync()
    {
        if (_error is not null)
        {
            KestrelGrpc.End(_context, _error);
            return;
        }

        // The headers first, so that the status becomes a trailer.
        await _context.Response.StartAsync(_over.Token);
        if (_framed is not null)
        {
            await _context.Response.BodyWriter.WriteAsync(_framed, _over.Token);
        }
        else
        {
            await WriteSourceAsync(_context.Response.BodyWriter);
        }

        KestrelGrpc.End(_context, Status.OK);
    }

    private async ValueTask WriteSourceAsync(PipeWriter output)
    {
        const int ChunkBytes = 16 * 1024;
        var source = _source;
        Invariant.Check(source is not null);
        var left = source.Length;
        MessagePrefix.Write(output.GetSpan(PrefixBytes), checked((int)left));
        output.Advance(PrefixBytes);
        while (left > 0)
        {
            var filled = source.Fill(output.GetSpan(ChunkBytes)[..(int)Math.Min(ChunkBytes, left)]);
            Invariant.Check(filled > 0 && filled <= left);
            output.Advance(filled);
            left -= filled;
            var flush = await output.FlushAsync(_over.Token);
            if (flush.IsCompleted)
            {
                return;
            }
        }
    }
}
