using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Netcd.Api.Calls;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>
/// The v3 API for clients that speak JSON over HTTP: requests and answers are mapped, and the gRPC methods' own
/// handlers do the work, so what is checked, counted and refused is the same. Upstream: grpc-gateway v2 as
/// server/embed/serve.go sets it up.
/// </summary>
internal sealed class JsonGateway(MethodTable methods, ApiContext api)
{
    // What is shorter needs no budget.
    private const int LongBodyBytes = 64 * 1024;

    // Whoever holds a part of the budget must use it.
    private static readonly MinDataRate LongBodyRate = new(64 * 1024, TimeSpan.FromSeconds(10));

    private readonly BodyBudget _budget = new(Limits.LongBodiesBytes);

    // Made at the first request: most members never see one.
    private readonly Lazy<Routes> _routes = new(() => new Routes(methods));

    public ApiContext Api => api;

    /// <summary>Longest request message, as on a gRPC connection.</summary>
    public int MessageBytesMax => api.Options.MaxRequestBytes + (512 * 1024);

    /// <summary>Longest JSON value that is read for one message.</summary>
    public int ValueBytesMax => MessageBytesMax > int.MaxValue / Limits.JsonBytesPerMessageByte
        ? int.MaxValue
        : MessageBytesMax * Limits.JsonBytesPerMessageByte;

    /// <summary>Answers a request whose path begins with <c>/v3/</c>.</summary>
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

    /// <summary>Reads a body to its end; false when it is longer than any request may be.</summary>
    public async ValueTask<bool> TryReadBodyAsync(HttpContext context, PooledBuffer body)
    {
        var declared = context.Request.ContentLength;
        while (declared is null || declared <= ValueBytesMax)
        {
            var read = await context.Request.Body.ReadAsync(body.GetMemory(1), context.RequestAborted);
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

            await TakeBudgetAsync(context, body);
            if (body.HasBudget && declared is { } length)
            {
                body.GetMemory((int)length - body.Length);
            }
        }

        return false;
    }

    /// <summary>Waits for a part of the budget once a body has become long.</summary>
    public async ValueTask TakeBudgetAsync(HttpContext context, PooledBuffer body)
    {
        if (body.Length <= LongBodyBytes || body.HasBudget)
        {
            return;
        }

        var bytes = Math.Min(context.Request.ContentLength ?? ValueBytesMax, ValueBytesMax);
        await body.TakeBudgetAsync(_budget, Math.Min(bytes, Limits.LongBodiesBytes), context.RequestAborted);
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } feature)
        {
            feature.MinDataRate = LongBodyRate;
        }
    }

    // The gateway is a client of its own in Go: whoever stands behind the connection is not asked for a certificate's
    // name.
    public static PeerIdentity PeerOf(HttpContext context)
    {
        var peer = context.Features.Get<PeerIdentity>() ?? PeerIdentity.Unknown;
        return peer.Certificate is null ? peer : peer with { Certificate = null, CommonName = "" };
    }

    private static bool IsPost(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
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
