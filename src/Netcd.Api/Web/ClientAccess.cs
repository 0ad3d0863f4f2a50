using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Netcd.Base.GoSyntax;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Web;

/// <summary>
/// What happens on client listeners before routing: the Host header of plain HTTP against DNS rebinding
/// (CVE-2018-5702), certificates whose name the gateway would not honour, cross-origin headers, and OPTIONS.
/// Upstream: server/embed/serve.go, accessController.
/// </summary>
internal sealed class ClientAccess(IMember member, ApiOptions options)
{
    private const string NameIgnored =
        "CommonName of client sending a request against gateway will be ignored and not used as expected";

    private const string Refusal = """

        etcd received your request, but the Host header was unrecognized.

        To fix this, choose one of the following options:
        - Enable TLS, then any HTTPS request will be allowed.
        - Add the hostname you want to use to the whitelist in settings.
          - e.g. etcd --host-whitelist "HOST"

        This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).

        """;

    /// <summary>False: go on with routing. Else the request gets <paramref name="answer"/>.</summary>
    public bool TryAnswer(HttpContext context, string path, [NotNullWhen(true)] out Task? answer)
    {
        answer = null;
        if (!context.Request.IsHttps && HostOf(context.Request) is var host && !IsHostKnown(host))
        {
            var text = Refusal.Replace("\"HOST\"", GoText.Quote(host), StringComparison.Ordinal);
            answer = WebErrors.ErrorAsync(context, StatusCodes.Status421MisdirectedRequest, text);
            return true;
        }

        if (context.Request.IsHttps && BringsIgnoredName(context, path))
        {
            answer = WebErrors.ErrorAsync(context, StatusCodes.Status400BadRequest, NameIgnored);
            return true;
        }

        AddCors(context);
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            answer = WebErrors.WriteAsync(context, "");
        }

        return answer is not null;
    }

    // pkg/httputil, GetHostname: without a port also the brackets of an address stay.
    private static string HostOf(HttpRequest request) =>
        request.Host.Port is null ? request.Host.Value ?? "" : request.Host.Host.Trim('[', ']');

    private bool IsHostKnown(string host) =>
        options.Hosts.Count == 0 || options.Hosts.Contains("*") || options.Hosts.Contains(host);

    private bool BringsIgnoredName(HttpContext context, string path) =>
        options.GatewayEnabled && options.ClientCertAuth && member.Auth.IsEnabled
        && path.StartsWith("/v3/", StringComparison.Ordinal)
        && context.Features.Get<PeerIdentity>() is { CommonName.Length: > 0 };

    private void AddCors(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        var allowed = options.Origins.Contains("*") ? "*" : options.Origins.Contains(origin) ? origin : null;
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
