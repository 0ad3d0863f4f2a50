using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Netcd.Grpc.Server.Calls;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>
/// Serves gRPC calls that Kestrel's own HTTP/2 received: the reference for the codec, and its fallback.
/// </summary>
internal sealed class KestrelGrpc(MethodTable methods, GrpcLimits limits, TimeProvider time, HandlerFault fault)
{
    public TimeProvider Time => time;

    public GrpcLimits Limits => limits;

    public HandlerFault Fault => fault;

    public static bool IsGrpc(HttpContext context) =>
        context.Request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.Ordinal);

    public Task ServeAsync(HttpContext context)
    {
        var head = Parse(context.Request.Headers);
        SetContentType(context, head);
        if (head.Check(Encoding.Latin1.GetBytes(context.Request.Method)) is { } refusal)
        {
            context.Response.StatusCode = refusal.HttpStatus;
            SetStatus(context.Response.Headers, refusal.Status);
            return Task.CompletedTask;
        }

        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!methods.TryGet(path, out var method))
        {
            SetStatus(context.Response.Headers, methods.Unimplemented(path));
            return Task.CompletedTask;
        }

        if (head.Encoding == MessageEncoding.Unknown)
        {
            SetStatus(context.Response.Headers, GrpcErrors.EncodingUnknown(head.EncodingName ?? ""));
            return Task.CompletedTask;
        }

        return method.Unary is null
            ? new KestrelStreamCall(this, context, method, head).RunAsync()
            : new KestrelUnaryCall(this, context, method, head).RunAsync();
    }

    /// <summary>Ends the response: as trailers, or as headers when nothing was sent yet.</summary>
    public static void End(HttpContext context, Status status) => SetStatus(
        context.Response.HasStarted
            ? context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : context.Response.Headers,
        status);

    private static RequestHead Parse(IHeaderDictionary headers)
    {
        var head = default(RequestHead);
        foreach (var (name, values) in headers)
        {
            foreach (var text in values)
            {
                var value = Encoding.Latin1.GetBytes(text ?? "");
                switch (name.ToLowerInvariant())
                {
                    case "content-type":
                        head.AddContentType(value);
                        break;
                    case "grpc-timeout":
                        head.AddTimeout(value);
                        break;
                    case "grpc-encoding":
                        head.AddEncoding(value);
                        break;
                    case var other:
                        head.AddOther(Encoding.Latin1.GetBytes(other), value);
                        break;
                }
            }
        }

        return head;
    }

    private static void SetContentType(HttpContext context, RequestHead head) => context.Response.ContentType =
        string.IsNullOrEmpty(head.Subtype) ? "application/grpc" : $"application/grpc+{head.Subtype}";

    private static void SetStatus(IHeaderDictionary headers, Status status)
    {
        headers["grpc-status"] = ((int)status.Code).ToString();
        if (status.Message.Length > 0)
        {
            headers["grpc-message"] = StatusMessage.Encode(status.Message);
        }
    }
}
