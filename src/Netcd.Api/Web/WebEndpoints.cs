using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Calls;
using Netcd.Api.Gateway;
using Netcd.Api.Metrics;
using Netcd.Api.Profiles;
using Netcd.Grpc;

namespace Netcd.Api.Web;

/// <summary>
/// What is served that is not gRPC: the JSON gateway, health, version, metrics. Anything else is 404. Upstream:
/// server/etcdserver/api/etcdhttp, server/embed/serve.go.
/// </summary>
internal sealed class WebEndpoints(ApiContext api, MethodTable methods)
{
    private const string GatewayPrefix = "/v3/";
    private const string OldGatewayPrefix = "/v3beta/";

    private readonly JsonGateway? _gateway = api.Options.GatewayEnabled ? new JsonGateway(methods, api) : null;
    private readonly ProfileEndpoints _profiles = new();
    private readonly LogLevelEndpoint _logLevel = new(api.Options);
    private readonly HealthEndpoint _health = new(api);
    private readonly CheckEndpoint _checks = new(api);
    private readonly ClientAccess _access = new(api.Member, api.Options);

    /// <summary>The client listeners' endpoints.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = WebPath.Of(context);
        if (path.StartsWith(OldGatewayPrefix, StringComparison.Ordinal))
        {
            path = string.Concat(GatewayPrefix, path.AsSpan(OldGatewayPrefix.Length));
        }

        if (_access.TryAnswer(context, path, out var answer))
        {
            return answer;
        }

        if (WebPath.FindBetter(path, IsFolder) is { } better)
        {
            return WebPath.RedirectAsync(context, better);
        }

        return path switch
        {
            _ when _gateway is not null && path.StartsWith(GatewayPrefix, StringComparison.Ordinal) =>
                _gateway.AnswerAsync(context, path),
            "/version" => GetAsync(context, VersionAsync),
            "/debug/vars" => GetAsync(context, http => DebugVars.WriteAsync(http, api.Member)),
            LogLevelEndpoint.Path when api.Options.ProfilesEnabled => _logLevel.HandleAsync(context),
            _ when api.Options.ProfilesEnabled && ProfileEndpoints.Serves(path) =>
                _profiles.HandleAsync(context, path),
            _ => HandleMetricsAsync(context, path),
        };
    }

    /// <summary>The endpoints of <c>--listen-metrics-urls</c>: health and metrics only.</summary>
    public Task HandleMetricsAsync(HttpContext context)
    {
        var path = WebPath.Of(context);
        return WebPath.FindBetter(path, static _ => false) is { } better
            ? WebPath.RedirectAsync(context, better)
            : HandleMetricsAsync(context, path);
    }

    private Task HandleMetricsAsync(HttpContext context, string path)
    {
        return path switch
        {
            // Go answers CONNECT too, which the server under us does not allow a body.
            "/metrics" when HttpMethods.IsConnect(context.Request.Method) => WebErrors.MethodNotAllowedAsync(context),
            "/metrics" => MetricsAsync(context),
            "/health" => GetAsync(context, _health.HandleAsync),
            _ when _checks.TryFind(path, out var checks) =>
                GetAsync(context, http => _checks.HandleAsync(http, checks)),
            _ => WebErrors.NotFoundAsync(context),
        };
    }

    // What has something below it and nothing itself.
    private bool IsFolder(string path) =>
        (path == "/v3" && _gateway is not null) || (path == "/debug/pprof" && api.Options.ProfilesEnabled);

    private static Task GetAsync(HttpContext context, Func<HttpContext, Task> handle) =>
        context.Request.Method == HttpMethods.Get ? handle(context) : WebErrors.MethodNotAllowedAsync(context);

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(
            static one => one.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && one.Quality is not 0);

    // Prometheus asks for both, and for the one that it likes better with more weight.
    private static bool PrefersOpenMetrics(HttpRequest request)
    {
        var (open, plain) = (0.0, 0.0);
        foreach (var one in request.GetTypedHeaders().Accept)
        {
            var quality = one.Quality ?? 1;
            if (one.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                open = Math.Max(open, quality);
            }
            else if (one.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                plain = Math.Max(plain, quality);
            }
        }

        return open > 0 && open >= plain;
    }

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
        var asOpenMetrics = PrefersOpenMetrics(context.Request);
        api.Metrics.Page.Write(page, asOpenMetrics);
        context.Response.ContentType = asOpenMetrics
            ? OpenMetricsText.ContentType
            : "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
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
