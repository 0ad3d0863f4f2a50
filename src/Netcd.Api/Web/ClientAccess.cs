using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Netcd.Api.Web;

/// <summary>
/// What happens on client listeners before routing: the Host header of plain HTTP against DNS rebinding
/// (CVE-2018-5702), cross-origin headers, and OPTIONS. Upstream: server/embed/serve.go, accessController.
/// </summary>
internal sealed class ClientAccess(IReadOnlySet<string> hosts, IReadOnlySet<string> origins)
{
    private const string Refusal = """

        etcd received your request, but the Host header was unrecognized.

        To fix this, choose one of the following options:
        - Enable TLS, then any HTTPS request will be allowed.
        - Add the hostname you want to use to the whitelist in settings.
          - e.g. etcd --host-whitelist "HOST"

        This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).

        """;

    /// <summary>False: go on with routing. Else the request gets <paramref name="answer"/>.</summary>
    public bool TryAnswer(HttpContext context, [NotNullWhen(true)] out Task? answer)
    {
        answer = null;
        if (!context.Request.IsHttps && !IsHostKnown(context.Request.Host.Host))
        {
            var text = Refusal.Replace("HOST", context.Request.Host.Host, StringComparison.Ordinal);
            answer = WebErrors.ErrorAsync(context, StatusCodes.Status421MisdirectedRequest, text);
            return true;
        }

        AddCors(context);
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            answer = WebErrors.WriteAsync(context, "");
        }

        return answer is not null;
    }

    private bool IsHostKnown(string host) => hosts.Count == 0 || hosts.Contains("*") || hosts.Contains(host);

    private void AddCors(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        var allowed = origins.Contains("*") ? "*" : origins.Contains(origin) ? origin : null;
        if (allowed is null)
        {
            return;
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "POST, GET, OPTIONS, PUT, DELETE";
        headers.AccessControlAllowOrigin = allowed;
        headers.AccessControlAllowHeaders = "accept, content-type, authorization";
    }
}
