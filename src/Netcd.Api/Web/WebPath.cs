using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Netcd.Api.Web;

/// <summary>
/// Paths as Go's http.ServeMux sees them: decoded whole, slashes included, and sent to their shortest form. (The path
/// that ASP.NET Core shows keeps coded slashes and has lost its dots.)
/// </summary>
internal static class WebPath
{
    public static string Of(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!target.StartsWith('/'))
        {
            return context.Request.Path.Value ?? "";
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        return path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;
    }

    /// <summary>Where a request should rather go; null for nowhere (net/http server.go, cleanPath).</summary>
    /// <param name="path">The decoded path.</param>
    /// <param name="isFolder">Whether a path is one that only has something with a slash behind it.</param>
    public static string? FindBetter(string path, Func<string, bool> isFolder)
    {
        if (isFolder(path))
        {
            return path + "/";
        }

        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
        {
            return null;
        }

        var clean = Clean(path);
        return clean == path ? null : clean;
    }

    public static Task RedirectAsync(HttpContext context, string path)
    {
        var location = new PathString(path).ToUriComponent() + context.Request.QueryString;
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = location;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            return WebErrors.WriteAsync(context, "");
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return WebErrors.WriteAsync(
            context,
            $"<a href=\"{System.Net.WebUtility.HtmlEncode(location)}\">Moved Permanently</a>.\n\n");
    }

    private static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        var clean = new StringBuilder().AppendJoin('/', parts.Prepend(""));
        if (clean.Length == 0 || path.EndsWith('/'))
        {
            clean.Append('/');
        }

        return clean.ToString();
    }
}
