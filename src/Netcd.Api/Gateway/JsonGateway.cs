using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Gateway.Sockets;
using Netcd.Grpc;
using Netcd.Server;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Netcd.Api.Gateway;

/// <summary>
/// The v3 API for clients that speak JSON over HTTP: requests and answers are mapped, and the gRPC methods' own
/// handlers do the work, so what is checked, counted and refused is the same. Upstream: grpc-gateway v2 as
/// server/embed/serve.go sets it up.
/// </summary>
internal sealed class JsonGateway(MethodTable methods, ApiContext api)
{
    public static readonly Status TooManyRequests =
        new(StatusCode.ResourceExhausted, ErrorTable.For(Refusal.TooManyRequests).Message);

    // What is shorter needs no budget.
    private const int LongBodyBytes = 64 * 1024;

    // Whoever holds a part of the budget must use it.
    private static readonly MinDataRate LongBodyRate = new(64 * 1024, TimeSpan.FromSeconds(10));

    private readonly BodyBudget _budget = new(Limits.LongBodiesBytes, api.Time);

    // Made at the first request: most members never see one.
    private readonly Lazy<Routes> _routes = new(() => new Routes(methods));

    public ApiContext Api => api;

    /// <summary>All paths it answers.</summary>
    public IEnumerable<string> Paths => _routes.Value.All.Keys;

    /// <summary>Longest request message, as on a gRPC connection.</summary>
    public int MessageBytesMax => api.Options.MaxRequestBytes + (512 * 1024);

    /// <summary>Longest JSON value that is read for one message.</summary>
    public int ValueBytesMax => MessageBytesMax > int.MaxValue / Limits.JsonBytesPerMessageByte
        ? int.MaxValue
        : MessageBytesMax * Limits.JsonBytesPerMessageByte;

    /// <summary>
    /// Answers a request whose path begins with <c>/v3/</c>, over HTTP or, if it asks for that, over a WebSocket.
    /// </summary>
    public Task AnswerAsync(HttpContext context, string path) => SocketHandshake.IsAsked(context.Request)
        ? SocketExchange.RunAsync(
            this, context, path, takesMany: _routes.Value.Find(path)?.Method?.IsClientStreaming == true)
        : HandleAsync(context, path);

    /// <summary>Answers a request over HTTP.</summary>
    public Task HandleAsync(HttpContext context, string path)
    {
        if (_routes.Value.Find(path) is not { } route)
        {
            return GatewayErrors.AnswerAsync(context, GatewayErrors.NotFound);
        }

        if (!IsPost(context.Request))
        {
            return GatewayErrors.AnswerAsync(context, GatewayErrors.MethodNotAllowed);
        }

        var timeoutText = context.Request.Headers["Grpc-Timeout"].ToString();
        if (!GatewayTimeout.TryParse(timeoutText, out var timeout))
        {
            return GatewayErrors.AnswerAsync(context, Invalid($"invalid grpc-timeout: {timeoutText}"));
        }

        if (GatewayMetadata.FindProblem(context.Request.Headers) is { } problem)
        {
            return GatewayErrors.AnswerAsync(context, Invalid(problem));
        }

        if (route.Method is not { } method)
        {
            return GatewayErrors.AnswerAsync(context, methods.Unimplemented(route.MethodPath));
        }

        // Go finds out before it opens a stream, and only after it has read the request of another call.
        if (method.IsClientStreaming && timeout <= TimeSpan.Zero)
        {
            return GatewayErrors.AnswerAsync(context, GrpcErrors.DeadlineExceeded);
        }

        return method.IsServerStreaming
            ? StreamExchange.RunAsync(this, context, route, method, timeout)
            : UnaryExchange.RunAsync(this, context, route, method, timeout);
    }

    public static Status Invalid(string problem) => new(StatusCode.InvalidArgument, problem);

    /// <summary>Reads a body to its end; null, or why it is refused.</summary>
    public async ValueTask<Status?> ReadBodyAsync(HttpContext context, PooledBuffer body)
    {
        try
        {
            return await TryReadBodyAsync(context, body)
                ? null
                : GrpcErrors.MessageTooLarge(context.Request.ContentLength ?? body.Length, MessageBytesMax);
        }
        catch (IOException broken) when (IsClientsMistake(broken))
        {
            return Invalid(TextOf(broken));
        }
        catch (RefusedBodyException)
        {
            // What is left of the body is not read, so nothing can follow it.
            context.Response.Headers.Connection = "close";
            return TooManyRequests;
        }
    }

    /// <summary>Waits for a part of the budget once a body has become long.</summary>
    /// <exception cref="RefusedBodyException">Too many wait.</exception>
    public async ValueTask TakeBudgetAsync(HttpContext context, PooledBuffer body, CancellationToken cancellation)
    {
        if (body.Length <= LongBodyBytes || body.Share is not null)
        {
            return;
        }

        var bytes = Math.Min(context.Request.ContentLength ?? ValueBytesMax, ValueBytesMax);
        if (!await body.TryTakeBudgetAsync(_budget, Math.Min(bytes, Limits.LongBodiesBytes), cancellation))
        {
            throw new RefusedBodyException();
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } feature)
        {
            feature.MinDataRate = LongBodyRate;
        }
    }

    /// <summary>Reads the next bytes of a body; zero at its end.</summary>
    /// <exception cref="RefusedBodyException">Others wait for what this body holds, and it is too slow.</exception>
    public static async ValueTask<int> ReadSomeAsync(
        HttpContext context, PooledBuffer body, CancellationToken cancellation)
    {
        var share = body.Share;
        try
        {
            return await context.Request.Body.ReadAsync(body.GetMemory(1), share?.Token ?? cancellation);
        }
        catch (OperationCanceledException) when (share is { IsEvicted: true } && !cancellation.IsCancellationRequested)
        {
            throw new RefusedBodyException();
        }
    }

    private async ValueTask<bool> TryReadBodyAsync(HttpContext context, PooledBuffer body)
    {
        var declared = context.Request.ContentLength;
        while (declared is null || declared <= ValueBytesMax)
        {
            var read = await ReadSomeAsync(context, body, context.RequestAborted);
            if (read == 0)
            {
                return true;
            }

            body.Advance(read);
            if (body.Length > ValueBytesMax)
            {
                return false;
            }

            if (declared is not null && body.Length == declared)
            {
                return true;
            }

            await TakeBudgetAsync(context, body, context.RequestAborted);
            if (body.Share is not null && declared is { } length)
            {
                body.GetMemory((int)length - body.Length);
            }
        }

        return false;
    }

    // The server under us has another exception for the length of a chunk that no number can hold.
    private static bool IsClientsMistake(IOException broken) =>
        broken is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest }
            or { InnerException: OverflowException };

    // net/http/internal/chunked.go says most about the size of a chunk.
    private static string TextOf(IOException broken) =>
        broken.InnerException is OverflowException ? "http chunk length too large"
        : broken.Message.Contains("end of request", StringComparison.Ordinal) ? "unexpected EOF"
        : broken.Message.Contains("suffix", StringComparison.Ordinal) ? "malformed chunked encoding"
        : "invalid byte in chunk length";

    // The gateway is a client of its own in Go: whoever stands behind the connection is not asked for a certificate's
    // name.
    public static PeerIdentity PeerOf(HttpContext context)
    {
        var peer = context.Features.Get<PeerIdentity>() ?? PeerIdentity.Unknown;
        if (peer.RemoteEndPoint is null && context.Connection.RemoteIpAddress is { } address)
        {
            peer = peer with { RemoteEndPoint = new IPEndPoint(address, context.Connection.RemotePort) };
        }

        return peer.Certificate is null ? peer : peer with { Certificate = null, CommonName = "" };
    }

    private static bool IsPost(HttpRequest request)
    {
        // As Go, by its letters: "post" is another method.
        if (request.Method != HttpMethods.Post)
        {
            return false;
        }

        var other = OverridingMethod(request);
        if (other.Length > 0)
        {
            // Go has read the body as a form by now; nothing is left of it.
            request.Body = Stream.Null;
        }

        return other.Length == 0 || other.Equals("POST", StringComparison.OrdinalIgnoreCase);
    }

    // A form may stand for another method, which no route takes (runtime/mux.go, isPathLengthFallback).
    private static string OverridingMethod(HttpRequest request) =>
        request.ContentType == "application/x-www-form-urlencoded"
            ? request.Headers["X-HTTP-Method-Override"].ToString()
            : "";
}
