using System.Buffers;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Metrics;
using Netcd.Api.Profiles;
using Netcd.Api.Web;
using Netcd.Client;
using Netcd.CommandLine.Output;
using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Web;

/// <summary>
/// What a grpc-proxy answers that is not gRPC. Source: mustHTTPServer of server/etcdmain/grpc_proxy.go.
/// </summary>
internal sealed class ProxyPages : IAsyncDisposable
{
    private readonly ProxyMetrics _metrics;
    private readonly MemberPages _members;
    private readonly HealthChecks _health;
    private readonly ProxyLog _log;
    private readonly ProfileEndpoints? _profiles;

    /// <param name="service">The proxy.</param>
    /// <param name="members">Pages of the members; taken over.</param>
    /// <param name="self">The proxy as its clients see it, if it advertises an address.</param>
    /// <param name="log">The log.</param>
    /// <param name="hasProfiles">Whether there are <c>/debug/pprof/</c>.</param>
    public ProxyPages(
        ProxyService service, MemberPages members, EtcdClient? self, ProxyLog log, bool hasProfiles)
    {
        _metrics = service.Metrics;
        _members = members;
        _health = new HealthChecks(service.KeyValues, self);
        _log = log;
        if (hasProfiles)
        {
            _profiles = new ProfileEndpoints();
            log.Info("gRPC proxy enabled pprof", ("path", "/debug/pprof"));
        }
    }

    /// <summary>The pages of the clients' address.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        return _profiles is not null && ProfileEndpoints.Serves(path)
            ? _profiles.HandleAsync(context, path)
            : HandleMetricsAsync(context);
    }

    /// <summary>The pages of <c>--metrics-addr</c>.</summary>
    public Task HandleMetricsAsync(HttpContext context) => (context.Request.Path.Value ?? "") switch
    {
        "/metrics" => MemberMetricsAsync(context),
        "/health" => HealthAsync(context, _health.FindMembersProblemAsync),
        "/proxy/metrics" => MetricsAsync(context),
        "/proxy/health" => HealthAsync(context, _health.FindProxyProblemAsync),
        _ => WebErrors.NotFoundAsync(context),
    };

    public ValueTask DisposeAsync()
    {
        _members.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task MemberMetricsAsync(HttpContext context)
    {
        var page = await _members.MetricsAsync(context.Request.IsHttps, context.RequestAborted);
        if (page is null)
        {
            await WebErrors.ErrorAsync(
                context, StatusCodes.Status500InternalServerError, "Internal server error");
            return;
        }

        context.Response.ContentType = "text/plain; version=0.0.4";
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page, context.RequestAborted);
    }

    private Task MetricsAsync(HttpContext context)
    {
        var page = new ArrayBufferWriter<byte>(16 * 1024);
        var asOpenMetrics = context.Request.Headers.Accept.ToString().Contains(
            "application/openmetrics-text", StringComparison.OrdinalIgnoreCase);
        _metrics.Page.Write(page, asOpenMetrics);
        context.Response.ContentType = asOpenMetrics
            ? OpenMetricsText.ContentType
            : "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
        context.Response.ContentLength = page.WrittenCount;
        return context.Response.Body.WriteAsync(page.WrittenMemory, context.RequestAborted).AsTask();
    }

    private async Task HealthAsync(HttpContext context, Func<CancellationToken, Task<string?>> findProblem)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await WebErrors.MethodNotAllowedAsync(context);
            _log.Warn("/health error", ("status-code", 405));
            return;
        }

        var problem = await findProblem(context.RequestAborted);
        var text = new GoJsonWriter().BeginObject()
            .Name("health").String(problem is null ? "true" : "false")
            .Name("reason").String(problem ?? "")
            .EndObject().ToString();
        if (problem is not null)
        {
            _metrics.HealthFailures.Increment();
            _log.Warn("/health error", ("output", text), ("status-code", 503));
            await WebErrors.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, text);
            return;
        }

        _metrics.HealthSuccesses.Increment();
        _log.Debug("/health OK", ("status-code", 200));
        context.Response.ContentType = "text/plain; charset=utf-8";
        await WebErrors.WriteAsync(context, text);
    }
}
