using System.Text;
using Microsoft.AspNetCore.Http;

namespace Netcd.Peer.Routes;

/// <summary>Answers in the forms of Go's http.Error and etcd's HTTPError.</summary>
internal static class Answers
{
    /// <summary>Plain text with a line end, as Go's <c>http.Error</c>.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string text)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"));
    }

    /// <summary>A message in JSON, as etcd's <c>HTTPError</c>. The text needs no escapes.</summary>
    public static Task JsonErrorAsync(HttpContext context, int status, string text) =>
        WriteAsync(context, status, "application/json", Encoding.UTF8.GetBytes($"{{\"message\":\"{text}\"}}"));

    /// <summary>405 with the method that is allowed.</summary>
    public static Task MethodNotAllowedAsync(HttpContext context, string? allowed)
    {
        if (allowed is not null)
        {
            context.Response.Headers.Allow = allowed;
        }

        return ErrorAsync(context, 405, "Method Not Allowed");
    }

    public static async Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
