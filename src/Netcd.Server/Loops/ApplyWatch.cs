using Netcd.Base.Metrics;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Server.Requests;

namespace Netcd.Server.Loops;

/// <summary>
/// Measures how long each entry takes to carry out, and says so when that is too long. Applier only; what it counts is
/// read by any thread. Upstream: server/etcdserver/txn/util.go, warnOfExpensiveRequest.
/// </summary>
internal sealed class ApplyWatch(TimeProvider time, TimeSpan tooLong, MemberMetrics metrics, IMemberLog? log)
{
    private readonly Dictionary<(InternalRequestKind Kind, bool Succeeded), Histogram> _seconds = [];

    public long Start() => time.GetTimestamp();

    /// <summary>An entry with data was applied; returns the time, which is the next one's start.</summary>
    public long Applied(long start, in Entry entry, Refusal refusal)
    {
        var now = time.GetTimestamp();
        if (entry.Data.IsEmpty)
        {
            return now;
        }

        var took = time.GetElapsedTime(start, now);
        var kind = KindOf(entry);
        var isOk = refusal == Refusal.None;
        if (!_seconds.TryGetValue((kind, isOk), out var histogram))
        {
            _seconds[(kind, isOk)] = histogram = metrics.ApplySeconds(kind, isOk);
        }

        histogram.Observe(took.TotalSeconds);
        if (took > tooLong)
        {
            metrics.SlowApplies.Increment();
            log?.Log(
                RaftLogLevel.Warning,
                "apply request took too long",
                new("took", took),
                new("expected-duration", tooLong),
                new("prefix", ""),
                new("request", $"index:{entry.Index} kind:{kind} size:{entry.Data.Length}"),
                new("response", $"refusal:{refusal}"));
        }

        return now;
    }

    /// <summary>A leader's snapshot is being put in place.</summary>
    public void Installing(bool isUnderWay) => metrics.IsInstallingSnapshot = isUnderWay;

    private static InternalRequestKind KindOf(in Entry entry)
    {
        try
        {
            return InternalRequestView.Parse(entry.Data.Span).Kind;
        }
        catch (ProtoException)
        {
            return InternalRequestKind.V2;
        }
    }
}
