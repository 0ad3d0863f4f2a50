using System.Text;
using Microsoft.AspNetCore.Http;

namespace Netcd.Api.Web;

/// <summary>Plain-text answers in the form of Go's http.Error.</summary>
public static class WebErrors
{
    public static Task NotFoundAsync(HttpContext context) =>
        ErrorAsync(context, StatusCodes.Status404NotFound, "404 page not found");

    public static Task MethodNotAllowedAsync(HttpContext context)
    {
        context.Response.Headers.Allow = "GET";
        return ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed");
    }

    /// <summary>The text and a newline.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteAsync(context, text + "\n");
    }

    public static Task WriteAsync(HttpContext context, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
