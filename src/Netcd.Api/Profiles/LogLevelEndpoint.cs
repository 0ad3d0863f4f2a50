using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Web;
using Netcd.Base.GoSyntax;

namespace Netcd.Api.Profiles;

/// <summary>
/// <c>/debug/log-level</c>: shows and sets what is logged while the member runs, in the form of zap's handler
/// (go.uber.org/zap, http_handler.go). etcd had a path for this up to 3.4 and has none since.
/// </summary>
internal sealed class LogLevelEndpoint(ApiOptions options)
{
    public const string Path = "/debug/log-level";

    private const int BodyBytesMax = 1024;

    public async Task HandleAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await AnswerAsync(context);
        }
        else if (!HttpMethods.IsPut(context.Request.Method))
        {
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET and PUT are supported.");
        }
        else if (await ReadLevelAsync(context) is not { Length: > 0 } level)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "must specify logging level");
        }
        else if (!options.SetLogLevel(level))
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, $"unrecognized level: {GoText.Quote(level)}");
        }
        else
        {
            await AnswerAsync(context);
        }
    }

    private static async Task<string?> ReadLevelAsync(HttpContext context)
    {
        var body = new byte[BodyBytesMax];
        var length = await context.Request.Body.ReadAtLeastAsync(
            body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        try
        {
            using var json = JsonDocument.Parse(body.AsMemory(0, length));
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("level", out var level) && level.ValueKind == JsonValueKind.String
                ? level.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string problem)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, "error", problem);
    }

    private Task AnswerAsync(HttpContext context) => WriteAsync(context, "level", options.LogLevel());

    private static Task WriteAsync(HttpContext context, string name, string value)
    {
        context.Response.ContentType = "application/json";
        return WebErrors.WriteAsync(context, $"{{\"{name}\":\"{JsonEncodedText.Encode(value)}\"}}\n");
    }
}
