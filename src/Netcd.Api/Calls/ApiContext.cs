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

    public ApiMetrics Metrics { get; private set; } = metrics;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public HeaderEncoder Header { get; } = new(member.ClusterId, member.Id);

    public CallGate Gate { get; private set; } = new(member, metrics);

    public LeaderWatch LeaderWatch { get; } = new(member, options.ElectionTimeout, time);

    /// <summary>The same for calls that the API makes to itself, which no page shows.</summary>
    public ApiContext Uncounted()
    {
        var copy = (ApiContext)MemberwiseClone();
        copy.Metrics = new ApiMetrics(new MetricsPage());
        copy.Gate = new CallGate(Member, copy.Metrics);
        return copy;
    }
}
