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
internal sealed class WebEndpoints
{
    private const string GatewayPrefix = "/v3/";
    private const string OldGatewayPrefix = "/v3beta/";

    private readonly ApiContext _api;
    private readonly JsonGateway? _gateway;
    private readonly ProfileEndpoints _profiles = new();
    private readonly ClientAccess _access;

    // What is served under exactly this path: by listeners of metrics, and by those of clients besides that.
    private readonly Dictionary<string, Func<HttpContext, Task>> _metrics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<HttpContext, Task>> _pages = new(StringComparer.Ordinal);

    public WebEndpoints(ApiContext api, MethodTable methods)
    {
        _api = api;
        _gateway = api.Options.GatewayEnabled ? new JsonGateway(methods, api) : null;
        _access = new ClientAccess(api.Member, api.Options);
        var health = new HealthEndpoint(api);
        _metrics.Add("/metrics", MetricsAsync);
        _metrics.Add("/health", http => GetAsync(http, health.HandleAsync));
        var checks = new CheckEndpoint(api);
        foreach (var (path, what) in checks.ByPath)
        {
            _metrics.Add(path, http => GetAsync(http, one => checks.HandleAsync(one, what)));
        }

        _pages.Add("/version", http => GetAsync(http, VersionAsync));
        _pages.Add("/debug/vars", http => GetAsync(http, one => DebugVars.WriteAsync(one, api.Member)));
        if (api.Options.ProfilesEnabled)
        {
            _pages.Add(LogLevelEndpoint.Path, new LogLevelEndpoint(api.Options).HandleAsync);
        }
    }

    /// <summary>All that is served on client listeners, by path; a folder stands for what is below it.</summary>
    internal IEnumerable<string> Paths =>
    [
        .. _gateway?.Paths ?? [], .. _metrics.Keys, .. _pages.Keys,
        .. _api.Options.ProfilesEnabled ? new[] { ProfileEndpoints.Prefix } : [],
    ];

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

        return _pages.TryGetValue(path, out var page) ? page(context)
            : _gateway is not null && path.StartsWith(GatewayPrefix, StringComparison.Ordinal)
                ? _gateway.AnswerAsync(context, path)
            : _api.Options.ProfilesEnabled && ProfileEndpoints.Serves(path) ? _profiles.HandleAsync(context, path)
            : HandleMetricsAsync(context, path);
    }

    /// <summary>The endpoints of <c>--listen-metrics-urls</c>: health and metrics only.</summary>
    public Task HandleMetricsAsync(HttpContext context)
    {
        var path = WebPath.Of(context);
        return WebPath.FindBetter(path, static _ => false) is { } better
            ? WebPath.RedirectAsync(context, better)
            : HandleMetricsAsync(context, path);
    }

    private Task HandleMetricsAsync(HttpContext context, string path) =>
        _metrics.TryGetValue(path, out var page) ? page(context) : WebErrors.NotFoundAsync(context);

    // What has something below it and nothing itself.
    private bool IsFolder(string path) =>
        (path == "/v3" && _gateway is not null) || (path == "/debug/pprof" && _api.Options.ProfilesEnabled);

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
        var cluster = _api.Member.ClusterVersion.Length == 0 ? "not_decided" : _api.Member.ClusterVersion;
        var storage = _api.Member.StorageVersion.Length == 0 ? "unknown" : _api.Member.StorageVersion;
        context.Response.ContentType = "application/json";
        var server = _api.Options.ServerVersion;
        var text = $$"""{"etcdserver":"{{server}}","etcdcluster":"{{cluster}}","storage":"{{storage}}"}""";
        return WebErrors.WriteAsync(context, text);
    }

    private async Task MetricsAsync(HttpContext context)
    {
        // Go answers CONNECT too, which the server under us does not allow a body.
        if (HttpMethods.IsConnect(context.Request.Method))
        {
            await WebErrors.MethodNotAllowedAsync(context);
            return;
        }

        var page = new ArrayBufferWriter<byte>(64 * 1024);
        var asOpenMetrics = PrefersOpenMetrics(context.Request);
        _api.Metrics.Page.Write(page, asOpenMetrics);
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
