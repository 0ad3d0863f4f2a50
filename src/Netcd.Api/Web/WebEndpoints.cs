using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Calls;

namespace Netcd.Api.Web;

/// <summary>
/// What is served that is not gRPC: health, version, metrics. Anything else is 404. Upstream:
/// server/etcdserver/api/etcdhttp, server/embed/serve.go.
/// </summary>
internal sealed class WebEndpoints(ApiContext api)
{
    private readonly HealthEndpoint _health = new(api);
    private readonly CheckEndpoint _checks = new(api);
    private readonly ClientAccess _access = new(api.Options.Hosts, api.Options.Origins);

    /// <summary>The client listeners' endpoints.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (_access.TryAnswer(context, out var answer))
        {
            return answer;
        }

        var path = context.Request.Path.Value ?? "";
        return path switch
        {
            "/version" => GetAsync(context, VersionAsync),
            "/debug/vars" when api.Options.DebugEnabled => GetAsync(context, DebugVars.WriteAsync),
            _ => HandleMetricsAsync(context),
        };
    }

    /// <summary>The endpoints of <c>--listen-metrics-urls</c>: health and metrics only.</summary>
    public Task HandleMetricsAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        return path switch
        {
            "/metrics" => MetricsAsync(context),
            "/health" => GetAsync(context, _health.HandleAsync),
            _ when _checks.TryFind(path, out var checks) =>
                GetAsync(context, http => _checks.HandleAsync(http, checks)),
            _ => WebErrors.NotFoundAsync(context),
        };
    }

    private static Task GetAsync(HttpContext context, Func<HttpContext, Task> handle) =>
        HttpMethods.IsGet(context.Request.Method) ? handle(context) : WebErrors.MethodNotAllowedAsync(context);

    private static bool AcceptsGzip(HttpRequest request) =>
        request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);

    private Task VersionAsync(HttpContext context)
    {
        var cluster = api.Member.ClusterVersion.Length == 0 ? "not_decided" : api.Member.ClusterVersion;
        var storage = api.Member.StorageVersion.Length == 0 ? "unknown" : api.Member.StorageVersion;
        context.Response.ContentType = "application/json";
        var server = api.Options.ServerVersion;
        var text = $$"""{"etcdserver":"{{server}}","etcdcluster":"{{cluster}}","storage":"{{storage}}"}""";
        return WebErrors.WriteAsync(context, text);
    }

    private async Task MetricsAsync(HttpContext context)
    {
        var page = new ArrayBufferWriter<byte>(64 * 1024);
        api.Metrics.Page.Write(page);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
        if (!AcceptsGzip(context.Request))
        {
            context.Response.ContentLength = page.WrittenCount;
            await context.Response.Body.WriteAsync(page.WrittenMemory, context.RequestAborted);
            return;
        }

        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await gzip.WriteAsync(page.WrittenMemory, context.RequestAborted);
    }
}
