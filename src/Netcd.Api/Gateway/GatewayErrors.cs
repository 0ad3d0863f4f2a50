using System.Text;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Gateway.Json;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>
/// Statuses as the gateway shows them: a google.rpc.Status in JSON with the HTTP status of its code (grpc-gateway,
/// runtime/errors.go).
/// </summary>
internal static class GatewayErrors
{
    public static readonly Status NotFound = new(StatusCode.NotFound, "Not Found");

    public static readonly Status MethodNotAllowed = new(StatusCode.Unimplemented, "Method Not Allowed");

    public static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.Canceled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange =>
            StatusCodes.Status400BadRequest,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Answers a call that has no answer yet.</summary>
    public static async Task AnswerAsync(HttpContext context, Status status)
    {
        var response = context.Response;
        response.StatusCode = HttpStatusOf(status.Code);
        response.ContentType = "application/json";
        if (status.Code == StatusCode.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = status.Message;
        }

        using var body = new PooledBuffer();
        Write(new JsonOutput(body), status, escapesHtml: false);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body.Memory, context.RequestAborted);
    }

    public static void Write(JsonOutput output, Status status, bool escapesHtml)
    {
        output.Raw("{"u8);
        if (status.Code != StatusCode.OK)
        {
            output.Raw("\"code\":"u8);
            output.Number((int)status.Code);
        }

        if (status.Message.Length > 0)
        {
            output.Raw(status.Code == StatusCode.OK ? "\"message\":\""u8 : ",\"message\":\""u8);
            output.Text(Encoding.UTF8.GetBytes(status.Message), escapesHtml);
            output.Raw("\""u8);
        }

        output.Raw("}"u8);
    }
}
