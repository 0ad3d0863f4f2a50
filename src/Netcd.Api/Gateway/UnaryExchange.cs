using Microsoft.AspNetCore.Http;
using Netcd.Api.Gateway.Json;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>One JSON request with one answer.</summary>
internal static class UnaryExchange
{
    // Answers up to this length are made whole, with their length in front; longer ones leave as they are made.
    private const int WholeBytesMax = 64 * 1024;
    private const int PieceBytes = 32 * 1024;

    // Not null: both are registered with the call.
    private static readonly Action<object?> OnExpired =
        static state => ((IPendingCall)state!).Expire(StreamCloseReason.DeadlineExceeded);

    private static readonly Action<object?> OnAborted =
        static state => ((IPendingCall)state!).Expire(StreamCloseReason.Canceled);

    public static async Task RunAsync(
        JsonGateway gateway, HttpContext context, Route route, Method method, TimeSpan? timeout)
    {
        using var request = new WireBuilder(gateway.MessageBytesMax);
        var refusal = await ReadAsync(gateway, context, route, request);

        // Go's gateway reads the request first and then finds that it has no time for it.
        if (refusal is null && timeout <= TimeSpan.Zero)
        {
            refusal = GrpcErrors.DeadlineExceeded;
        }

        if (refusal is not null)
        {
            await GatewayErrors.AnswerAsync(context, refusal);
            return;
        }

        using var reply = await CallAsync(gateway, context, method, request.Finish(), timeout);
        if (reply.Error is { } error)
        {
            if (context.Request.IsHttps && !ReferenceEquals(error, GrpcErrors.DeadlineExceeded))
            {
                // Behind TLS Go's gRPC server runs inside its HTTP server and sends headers before any status.
                context.Response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
            }

            await GatewayErrors.AnswerAsync(context, error);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
        if (reply.Source is { Length: > WholeBytesMax } source)
        {
            await WriteLongAsync(context, route.Response, source);
        }
        else
        {
            await WriteAsync(context, route.Response, reply);
        }
    }

    private static async ValueTask<Status?> ReadAsync(
        JsonGateway gateway, HttpContext context, Route route, WireBuilder request)
    {
        using var body = new PooledBuffer();
        return await gateway.ReadBodyAsync(context, body)
            ?? JsonRequest.Read(route.Request, body.Span, request, gateway.MessageBytesMax);
    }

    private static async ValueTask<UnaryReply> CallAsync(
        JsonGateway gateway, HttpContext context, Method method, ReadOnlyMemory<byte> message, TimeSpan? timeout)
    {
        IPendingCall call = method.Unary is null ? new StreamedUnaryCall(method) : new UnaryCall(method);
        var deadline = 0L;
        using var expiry = timeout is { } limit ? new CancellationTokenSource(limit, gateway.Api.Time) : null;
        if (timeout is { } span)
        {
            var time = gateway.Api.Time;
            deadline = time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
        }

        await using var expired = expiry?.Token.UnsafeRegister(OnExpired, call);
        await using var aborted = context.RequestAborted.UnsafeRegister(OnAborted, call);
        var metadata = new GatewayMetadata(context.Request.Headers);
        var peer = JsonGateway.PeerOf(context);
        var observed = new ObservedCall(gateway.Api, new CallHead(method, deadline, metadata, peer));
        call.Invoke(message.Span, deadline, metadata, peer);
        var reply = await call.Reply;
        observed.End(method, peer, message.Span, reply);
        return reply;
    }

    private static async Task WriteAsync(HttpContext context, JsonShape shape, UnaryReply reply)
    {
        using var body = new PooledBuffer();
        using (var writer = new ProtoJsonWriter(escapesHtml: false))
        {
            if (reply.Source is { } source)
            {
                writer.Begin(shape, source);
            }
            else
            {
                writer.Begin(shape, reply.Message);
            }

            writer.TryComplete(new JsonOutput(body), long.MaxValue);
        }

        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.Memory, context.RequestAborted);
    }

    private static async Task WriteLongAsync(HttpContext context, JsonShape shape, IReplySource source)
    {
        using var writer = new ProtoJsonWriter(escapesHtml: false);
        using var piece = new PooledBuffer();
        writer.Begin(shape, source);
        bool isComplete;
        do
        {
            isComplete = writer.TryComplete(new JsonOutput(piece), PieceBytes);
            await context.Response.Body.WriteAsync(piece.Memory, context.RequestAborted);
            piece.Drop(piece.Length);
        }
        while (!isComplete);
    }
}
