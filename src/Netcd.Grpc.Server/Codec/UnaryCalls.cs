using Netcd.Base;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>The unary calls of a connection: gathers messages, invokes handlers, sends answers. Owner only.</summary>
internal sealed class UnaryCalls(
    CodecServer server, ConnectionDriver driver, Http2Connection connection, PeerIdentity peer) : IReplySink
{
    private const int PrefixBytes = MessagePrefix.Bytes;
    private const int PooledCallsMax = 256;

    // Longer messages wait for window where they lie instead of in a copy.
    private const int CopiedBytesMax = Limits.FrameBytesMax - PrefixBytes;

    private readonly Stack<UnaryCall> _pool = new();

    // The call whose handler runs, and its answer: a begun message, or one of the others. Set through IReplySink.
    private Http2Stream? _stream;
    private UnaryCall? _call;
    private bool _hasBegun;
    private Status? _error;
    private IReplySource? _source;

    // The begun message, while the observer wants to see it; it is copied into the connection's output afterwards.
    private byte[]? _shown;

    private bool HasReply => _hasBegun || _error is not null || _source is not null;

    public void Begin(Http2Stream stream, Method method, in RequestHead head, Http2Headers headers, bool endStream)
    {
        var call = _pool.Count > 0 ? _pool.Pop() : new UnaryCall(driver);
        call.Begin(method, head, server.Limits.ReceiveBytesMax, server.Due(head));
        call.Metadata.Copy(headers);
        stream.State = call;
        if (endStream)
        {
            OnData(stream, call, [], endStream: true);
        }
    }

    public void OnData(Http2Stream stream, UnaryCall call, ReadOnlySpan<byte> data, bool endStream)
    {
        if (call.HasMessage)
        {
            // One message makes the call; what follows it is ignored, as grpc-go does.
            return;
        }

        if (call.Reader.TryRead(ref data, out var message, out var error))
        {
            call.HasMessage = true;
            Invoke(stream, call, message);
        }
        else if (error is not null)
        {
            call.HasMessage = true;
            Refuse(stream, call, error);
        }
        else if (endStream)
        {
            call.HasMessage = true;
            Refuse(stream, call, call.Reader.IsInsideMessage ? GrpcErrors.UnaryTruncated : GrpcErrors.NoMessage);
        }
    }

    /// <summary>Sends the answer of a pending call.</summary>
    public void Answer(Http2Stream stream, UnaryCall call, in Reply reply)
    {
        call.IsPending = false;
        server.Deadlines.Cancel(call.Deadline);
        Observe(
            call, reply.Status.Code, call.Request.Span, reply.Message is { } whole ? whole.Span : [], reply.Source);
        if (reply.Source is { } source)
        {
            SendSource(stream, call, source);
        }
        else if (reply.Message is not { } message)
        {
            Refuse(stream, call, reply.Status);
        }
        else if (message.Length > CopiedBytesMax)
        {
            connection.SendHeaders(stream, StatusBlocks.Head(call.Subtype), endStream: false);
            connection.SendBody(stream, new SharedBody(message));
        }
        else
        {
            var head = StatusBlocks.Head(call.Subtype);
            var frame = connection.BeginReply(stream, head, PrefixBytes + message.Length, HeaderBlock.GrpcOk);
            message.Span.CopyTo(Prefixed(frame, message.Length));
            connection.EndReply();
            message.Release();
        }
    }

    public void OnClosed(UnaryCall call)
    {
        if (call.IsPending)
        {
            server.Deadlines.Cancel(call.Deadline);
            Observe(call, StatusCode.Canceled, call.Request.Span);
        }

        call.End();
        if (_pool.Count < PooledCallsMax)
        {
            _pool.Push(call);
        }
    }

    public Span<byte> BeginMessage(int length)
    {
        Invariant.Check(!HasReply && _stream is not null && _call is not null);
        Invariant.Check(length <= IReplySink.InlineBytesMax);
        _hasBegun = true;
        if (server.Observer is { ReadsAnswers: true })
        {
            return _shown = new byte[length];
        }

        var head = StatusBlocks.Head(_call.Subtype);
        return Prefixed(connection.BeginReply(_stream, head, PrefixBytes + length, HeaderBlock.GrpcOk), length);
    }

    public void Error(Status status)
    {
        Invariant.Check(!HasReply);
        _error = status;
    }

    public void Source(IReplySource source)
    {
        Invariant.Check(!HasReply);
        _source = source;
    }

    public void Keep(ReadOnlyMemory<byte> request)
    {
        Invariant.Check(_call is not null);
        _call.Request = request;
    }

    private static Span<byte> Prefixed(Span<byte> frame, int length)
    {
        MessagePrefix.Write(frame, length);
        return frame[PrefixBytes..];
    }

    private void Invoke(Http2Stream stream, UnaryCall call, ReadOnlySpan<byte> message)
    {
        var method = call.Method;
        Invariant.Check(method?.Unary is not null && _stream is null);
        _stream = stream;
        _call = call;
        var writer = new ReplyWriter(this);
        try
        {
            var head = new CallHead(method, call.Due, call.Metadata, peer);
            if (server.Observer is { ObservesAll: true } observer)
            {
                call.StartedAt = server.Time.GetTimestamp();
                call.Observed = observer.Began(head);
            }

            var ticket = new CallTicket(driver, stream.Id, stream.Generation);
            var step = method.Unary.Invoke(head, message, ref writer, ticket);
            Invariant.Check(HasReply == (step == CallStep.Done));
            if (step == CallStep.Pending)
            {
                Await(stream, call);
            }
        }
        catch (Exception error)
        {
            TakeBack();
            _error = server.Fault.Answer(error, method);
        }

        if (!call.IsPending)
        {
            Observe(call, _error?.Code ?? StatusCode.OK, message, _shown, _source);
        }

        SendReply(stream, call);
        _stream = null;
        _call = null;
    }

    private void Observe(
        UnaryCall call,
        StatusCode code,
        ReadOnlySpan<byte> request,
        ReadOnlySpan<byte> answer = default,
        IReplySource? source = null)
    {
        if (call.StartedAt == 0 || server.Observer is not { } observer || call.Method is not { } method)
        {
            return;
        }

        var took = server.Time.GetElapsedTime(call.StartedAt);
        call.StartedAt = 0;
        observer.Ended(new CallEnd
        {
            State = call.Observed,
            Method = method,
            Code = code,
            Took = took,
            Peer = peer,
            Request = request,
            Answer = answer,
            Source = source,
        });
    }

    private void Await(Http2Stream stream, UnaryCall call)
    {
        call.IsPending = true;
        if (server.Observer is not null && call.StartedAt == 0)
        {
            call.StartedAt = server.Time.GetTimestamp();
        }

        if (call.Due > 0)
        {
            server.Deadlines.Schedule(call.Deadline, stream.Id, stream.Generation, call.Due);
        }
    }

    // The handler failed after it began to answer.
    private void TakeBack()
    {
        if (_hasBegun && _shown is null)
        {
            connection.AbandonReply();
        }

        _hasBegun = false;
        _shown = null;

        _source?.Release();
        _source = null;
    }

    private void SendReply(Http2Stream stream, UnaryCall call)
    {
        if (_hasBegun)
        {
            _hasBegun = false;
            CopyShown(stream, call);
            connection.EndReply();
        }
        else if (_error is not null)
        {
            Refuse(stream, call, _error);
            _error = null;
        }
        else if (_source is not null)
        {
            SendSource(stream, call, _source);
            _source = null;
        }
    }

    private void CopyShown(Http2Stream stream, UnaryCall call)
    {
        if (_shown is { } message)
        {
            _shown = null;
            var head = StatusBlocks.Head(call.Subtype);
            var frame = connection.BeginReply(stream, head, PrefixBytes + message.Length, HeaderBlock.GrpcOk);
            message.CopyTo(Prefixed(frame, message.Length));
        }
    }

    private void SendSource(Http2Stream stream, UnaryCall call, IReplySource source)
    {
        Invariant.Check(call.Method is not null);
        connection.SendHeaders(stream, StatusBlocks.Head(call.Subtype), endStream: false);
        connection.SendBody(stream, new SourceBody(source, call.Method, server.Fault));
    }

    private void Refuse(Http2Stream stream, UnaryCall call, Status status) =>
        connection.SendHeaders(stream, StatusBlocks.TrailersOnly(status, call.Subtype), endStream: true);
}
