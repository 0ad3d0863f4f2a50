using Microsoft.Extensions.Logging;
using Netcd.Api.Metrics;
using Netcd.Api.Responses;
using Netcd.Server;

namespace Netcd.Api.Calls;

/// <summary>What every method needs. Made once, at start.</summary>
internal sealed class ApiContext(
    IMember member, ApiOptions options, ApiMetrics metrics, TimeProvider time, ILogger logger)
{
    public IMember Member { get; } = member;

    public ApiOptions Options { get; } = options;

    public ApiMetrics Metrics { get; } = metrics;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public HeaderEncoder Header { get; } = new(member.ClusterId, member.Id);

    public CallGate Gate { get; } = new(member, metrics);

    public LeaderWatch LeaderWatch { get; } = new(member, options.ElectionTimeout, time);
}
