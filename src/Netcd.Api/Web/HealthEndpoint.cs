using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Netcd.Api.Calls;
using Netcd.Base.Metrics;
using Netcd.Server.Requests;

namespace Netcd.Api.Web;

/// <summary>
/// <c>/health</c>: alarms, then the leader, then a read. Upstream: server/etcdserver/api/etcdhttp/health.go.
/// </summary>
internal sealed class HealthEndpoint
{
    private readonly ApiContext _api;
    private readonly Counter _successes = new();
    private readonly Counter _failures = new();

    public HealthEndpoint(ApiContext api)
    {
        _api = api;
        api.Metrics.Page.Add("etcd_server_health_success", "Times that /health said true.", _successes);
        api.Metrics.Page.Add("etcd_server_health_failures", "Times that /health said false.", _failures);
    }

    public async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var isSerializable = query["serializable"] == "true";
        var excluded = query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var reason = FindAlarm(excluded) ?? FindNoLeader(isSerializable) ?? await FindReadErrorAsync(isSerializable);
        if (reason is not null)
        {
            _failures.Increment();
            _api.Logger.LogWarning("serving /health false");
            await WebErrors.ErrorAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                $$"""{"health":"false","reason":"{{reason}}"}""");
            return;
        }

        _successes.Increment();
        context.Response.ContentType = "text/plain; charset=utf-8";
        await WebErrors.WriteAsync(context, """{"health":"true","reason":""}""");
    }

    private string? FindAlarm(HashSet<string> excluded)
    {
        foreach (var alarm in _api.Member.Alarms)
        {
            var name = alarm.Type switch
            {
                AlarmType.NoSpace => "NOSPACE",
                AlarmType.Corrupt => "CORRUPT",
                _ => "UNKNOWN",
            };
            if (!excluded.Contains(name))
            {
                return $"ALARM {name}";
            }
        }

        return null;
    }

    private string? FindNoLeader(bool isSerializable) =>
        !isSerializable && _api.Member.Leader.IsNone ? "RAFT NO LEADER" : null;

    private async Task<string?> FindReadErrorAsync(bool isSerializable)
    {
        var error = isSerializable ? HealthReads.Serializable(_api) : await HealthReads.LinearizableAsync(_api);
        return error is null ? null : $"RANGE ERROR:{error}";
    }
}
