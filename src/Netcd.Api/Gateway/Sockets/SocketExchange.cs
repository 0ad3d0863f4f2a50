using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Gateway.Json;
using Netcd.Grpc;

namespace Netcd.Api.Gateway.Sockets;

/// <summary>
/// A gateway request over a WebSocket, for browsers, whose HTTP cannot stream both ways: messages that come in are the
/// request's body, each followed by a line end; each line of the answer is a message. When the answer ends the
/// connection does; when the client leaves the call does.
/// </summary>
internal sealed class SocketExchange : IDisposable
{
    private const int ReceiveBytesMin = 4096;

    private readonly JsonGateway _gateway;
    private readonly HttpContext _outer;
    private readonly bool _takesMany;
    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _over;

    // Bounded by the pipe's own thresholds: a client that sends faster than requests are taken is not read.
    private readonly Pipe _body = new();

    private SocketExchange(JsonGateway gateway, HttpContext outer, bool takesMany, Stream stream)
    {
        _gateway = gateway;
        _outer = outer;
        _takesMany = takesMany;
        _socket = WebSocket.CreateFromStream(
            stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        _over = CancellationTokenSource.CreateLinkedTokenSource(outer.RequestAborted);
    }

    /// <summary>Answers a request that asks for a WebSocket.</summary>
    /// <param name="gateway">The gateway that does the work.</param>
    /// <param name="context">The request.</param>
    /// <param name="path">Its path below <c>/v3/</c>.</param>
    /// <param name="takesMany">Whether the call takes more than one request.</param>
    public static async Task RunAsync(JsonGateway gateway, HttpContext context, string path, bool takesMany)
    {
        if (SocketHandshake.Check(context) is not 0 and var refusal)
        {
            await SocketHandshake.RefuseAsync(context, refusal);
            return;
        }

        var stream = await SocketHandshake.AcceptAsync(context);
        using var exchange = new SocketExchange(gateway, context, takesMany, stream);
        await exchange.RunAsync(path);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _over.Dispose();
    }

    private async Task RunAsync(string path)
    {
        var reading = ReadAsync();
        try
        {
            await using var frames = new FrameStream(_socket);
            var inner = InnerContext(frames);
            await _gateway.HandleAsync(inner, path);
            await inner.Response.CompleteAsync();
            await frames.EndLineAsync(_over.Token);
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The client left.
        }
        catch (WebSocketException)
        {
            // Likewise, in the middle of an answer.
        }
        finally
        {
            // As in etcd the connection just ends, without a closing frame; that also ends the reading.
            await _over.CancelAsync();
            _socket.Abort();
            await _body.Reader.CompleteAsync();
            await reading;
        }
    }

    private DefaultHttpContext InnerContext(FrameStream frames)
    {
        var inner = new DefaultHttpContext { RequestAborted = _over.Token };
        inner.Request.Method = HttpMethods.Post;
        inner.Request.Scheme = _outer.Request.Scheme;
        inner.Request.Path = _outer.Request.Path;
        inner.Request.Body = _body.Reader.AsStream(leaveOpen: true);
        SocketRequest.CopyHeaders(_outer.Request, inner.Request.Headers);
        inner.Response.Body = frames;
        inner.Features.Set(_outer.Features.Get<PeerIdentity>());
        inner.Connection.RemoteIpAddress = _outer.Connection.RemoteIpAddress;
        inner.Connection.RemotePort = _outer.Connection.RemotePort;
        return inner;
    }

    // Never fails: whatever ends the reading ends the exchange.
    private async Task ReadAsync()
    {
        try
        {
            await ReadMessagesAsync();
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException
            or InvalidOperationException)
        {
            // The client left or broke the protocol, which the socket has told it, or the answer is complete.
        }

        await _body.Writer.CompleteAsync();
        await _over.CancelAsync();
    }

    private async Task ReadMessagesAsync()
    {
        var scanner = default(GoJsonScanner);
        while (true)
        {
            var memory = _body.Writer.GetMemory(ReceiveBytesMin);
            var received = await _socket.ReceiveAsync(memory[..^1], _over.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await AnswerCloseAsync();
                return;
            }

            var length = received.Count;
            if (received.EndOfMessage)
            {
                memory.Span[length++] = (byte)'\n';
            }

            var isComplete = !_takesMany
                && (scanner.TryEnd(memory.Span[..length], out _) || scanner.Problem is not null);
            _body.Writer.Advance(length);
            await _body.Writer.FlushAsync(_over.Token);
            if (isComplete)
            {
                await _body.Writer.CompleteAsync();
                await DropMessagesAsync();
                return;
            }
        }
    }

    // What comes after the only request is read for the end of the connection.
    private async Task DropMessagesAsync()
    {
        var dropped = new byte[ReceiveBytesMin];
        while ((await _socket.ReceiveAsync(dropped.AsMemory(), _over.Token)).MessageType != WebSocketMessageType.Close)
        {
            // Nothing is done with it.
        }

        await AnswerCloseAsync();
    }

    private async Task AnswerCloseAsync()
    {
        var status = _socket.CloseStatus ?? WebSocketCloseStatus.Empty;
        await _socket.CloseOutputAsync(status, statusDescription: null, _over.Token);
    }
}
