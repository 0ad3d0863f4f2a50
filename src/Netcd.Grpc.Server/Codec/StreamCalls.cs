using Netcd.Base;
using Netcd.Grpc.Server.Timers;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>The streaming calls of a connection. Owner only.</summary>
internal sealed class StreamCalls(
    CodecServer server, ConnectionDriver driver, Http2Connection connection, PeerIdentity peer)
{
    private readonly ViewMetadata _view = new();
    private readonly List<StreamCall> _writable = [];

    public void Begin(Http2Stream stream, Method method, in RequestHead head, Http2Headers headers, bool endStream)
    {
        var call = new StreamCall(this, driver, stream, method, head, server.Limits);
        stream.State = call;
        var due = server.Due(head);
        if (due > 0)
        {
            call.Deadline = new Deadline(driver);
            server.Deadlines.Schedule(call.Deadline, stream.Id, stream.Generation, due);
        }

        Invariant.Check(method.Stream is not null);
        try
        {
            var callHead = new CallHead(method, due, _view.Over(headers), peer);
            if (server.Observer is { } observer
                && (observer.ObservesAll || !(method.IsClientStreaming || method.IsServerStreaming)))
            {
                call.StartedAt = server.Time.GetTimestamp();
                call.Observed = observer.ObservesAll ? observer.Began(callHead) : null;
            }

            call.Handler = method.Stream.Open(callHead, call);
        }
        catch (Exception error)
        {
            call.Finish(server.Fault.Answer(error, method));
        }

        if (endStream)
        {
            OnData(call, [], endStream: true);
        }
    }

    public void OnData(StreamCall call, ReadOnlySpan<byte> data, bool endStream)
    {
        Status? error = null;
        while (!call.IsEnding && call.Reader.TryRead(ref data, out var message, out error))
        {
            OnMessage(call, message);
        }

        if (error is not null)
        {
            call.Finish(error);
        }
        else if (endStream && !call.IsEnding)
        {
            OnEnd(call);
        }
    }

    /// <summary>The call's queue has a first message or an end since it was last empty.</summary>
    public void OnOutput(StreamCall call)
    {
        call.OnNoticed();
        if (call.HasHeadersSent)
        {
            connection.BodyReady(call.Stream);
        }
        else if (call.EndIfEmpty() is { } end)
        {
            End(call, end);
        }
        else
        {
            call.HasHeadersSent = true;
            connection.SendHeaders(call.Stream, StatusBlocks.Head(call.Subtype), endStream: false);
            connection.SendBody(call.Stream, call);
        }
    }

    public void OnDeadline(StreamCall call)
    {
        call.IsExpired = true;
        End(call, GrpcErrors.DeadlineExceeded);
    }

    public void OnClosed(StreamCall call, StreamEnd end)
    {
        if (call.Deadline is not null)
        {
            server.Deadlines.Cancel(call.Deadline);
        }

        if (call.StartedAt != 0 && server.Observer is { } observer)
        {
            var code = call.IsExpired ? StatusCode.DeadlineExceeded : call.EndCode ?? StatusCode.Canceled;
            var took = server.Time.GetElapsedTime(call.StartedAt);
            observer.Ended(new CallEnd
            {
                State = call.Observed,
                Method = call.Method,
                Code = code,
                Took = took,
                Peer = peer,
            });
        }

        call.Close();
        var reason = end switch
        {
            StreamEnd.ConnectionLost => StreamCloseReason.ConnectionLost,
            _ when call.IsExpired => StreamCloseReason.DeadlineExceeded,
            StreamEnd.Finished => StreamCloseReason.Finished,
            _ => StreamCloseReason.Canceled,
        };
        try
        {
            call.Handler?.OnClosed(reason);
        }
        catch (Exception error)
        {
            server.Fault.Report(error, call.Method);
        }
    }

    /// <summary>Bytes of a call's queue were sent: its handler may be waiting for room.</summary>
    public void OnRead(StreamCall call)
    {
        if (call.TakeWritable())
        {
            _writable.Add(call);
        }
    }

    /// <summary>
    /// Tells handlers that there is room; not done while the codec pulls, for they may write at once.
    /// </summary>
    public void AfterPump()
    {
        for (var i = 0; i < _writable.Count; i++)
        {
            Guard(_writable[i], static handler => handler.OnWritable());
        }

        _writable.Clear();
    }

    private void OnMessage(StreamCall call, ReadOnlySpan<byte> message)
    {
        if (call.HasRequest && !call.Method.IsClientStreaming)
        {
            // After the one message of a call that is unary on the wire everything is ignored, as for unary calls.
            if (call.Method.IsServerStreaming)
            {
                call.Finish(GrpcErrors.SecondRequest);
            }

            return;
        }

        call.HasRequest = true;
        try
        {
            call.Handler?.OnMessage(message);
        }
        catch (Exception error)
        {
            call.Finish(server.Fault.Answer(error, call.Method));
        }
    }

    private void OnEnd(StreamCall call)
    {
        if (call.Reader.IsInsideMessage)
        {
            call.Finish(GrpcErrors.StreamTruncated);
        }
        else if (!call.HasRequest && !call.Method.IsClientStreaming)
        {
            call.Finish(call.Method.IsServerStreaming ? GrpcErrors.NoRequest : GrpcErrors.NoMessage);
        }
        else
        {
            Guard(call, static handler => handler.OnHalfClose());
        }
    }

    private void Guard(StreamCall call, Action<IStreamCall> action)
    {
        try
        {
            if (!call.IsClosed && !call.IsEnding && call.Handler is { } handler)
            {
                action(handler);
            }
        }
        catch (Exception error)
        {
            call.Finish(server.Fault.Answer(error, call.Method));
        }
    }

    // Ends a call at once; what is queued is dropped.
    private void End(StreamCall call, Status status)
    {
        if (call.HasHeadersSent)
        {
            connection.SendTrailers(call.Stream, StatusBlocks.Trailers(status));
        }
        else
        {
            connection.SendHeaders(call.Stream, StatusBlocks.TrailersOnly(status, call.Subtype), endStream: true);
        }
    }
}
