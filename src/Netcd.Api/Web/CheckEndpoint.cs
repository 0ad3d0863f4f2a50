using System.Text;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Calls;
using Netcd.Api.Metrics;
using Netcd.Base.Metrics;
using Netcd.Server.Requests;

namespace Netcd.Api.Web;

/// <summary>
/// <c>/livez</c> and <c>/readyz</c>, whole or by the name of one check. Upstream:
/// server/etcdserver/api/etcdhttp/health.go.
/// </summary>
internal sealed class CheckEndpoint
{
    private readonly Dictionary<string, HealthCheck[]> _byPath = new(StringComparer.Ordinal);
    private readonly CounterFamily _results = new("type", "name", "status");

    // The last result of each check by its labels; absent until it ran.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _last =
        new(StringComparer.Ordinal);

    public CheckEndpoint(ApiContext api)
    {
        var serializable = new HealthCheck("serializable_read", () => Task.FromResult(HealthReads.Serializable(api)));
        Add("livez", serializable);
        Add(
            "readyz",
            new HealthCheck("data_corruption", () => Task.FromResult(FindCorruption(api))),
            serializable,
            new HealthCheck("linearizable_read", () => HealthReads.LinearizableAsync(api)),
            new HealthCheck("non_learner", () => Task.FromResult(
                api.Member.IsLearner ? "not supported for learner" : null)));
        var page = api.Metrics.Page;
        page.Add("etcd_server_healthchecks_total", "Results of health checks.", _results);
        page.AddGauges(
            "etcd_server_healthcheck",
            "Last result of each health check.",
            () => _last.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => (pair.Key, pair.Value ? 1.0 : 0)));
    }

    public IReadOnlyDictionary<string, HealthCheck[]> ByPath => _byPath;

    public async Task HandleAsync(HttpContext context, HealthCheck[] checks)
    {
        var type = context.Request.Path.Value!.Split('/')[1]; // Found by its path, so there is one.
        var excluded = context.Request.Query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var lines = new StringBuilder();
        var isFine = true;
        foreach (var check in checks)
        {
            if (excluded.Contains(check.Name))
            {
                continue;
            }

            var error = await check.FindErrorAsync();
            isFine &= error is null;
            lines.Append(error is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: {error}\n");
            _last[MetricsPage.Labels(("type", type), ("name", check.Name))] = error is null;
            _results.With(type, check.Name, error is null ? "success" : "error").Increment();
        }

        if (!isFine)
        {
            await WebErrors.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, lines.ToString());
            return;
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var isVerbose = context.Request.Query.ContainsKey("verbose");
        await WebErrors.WriteAsync(context, isVerbose ? $"{lines}ok\n" : "ok\n");
    }

    private static string? FindCorruption(ApiContext api) =>
        api.Member.Alarms.Any(alarm => alarm.Type == AlarmType.Corrupt) ? "alarm activated: CORRUPT" : null;

    private void Add(string type, params HealthCheck[] checks)
    {
        _byPath.Add($"/{type}", checks);
        foreach (var check in checks)
        {
            _byPath.Add($"/{type}/{check.Name}", [check]);
        }
    }
}
