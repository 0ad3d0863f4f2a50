using Netcd.Base;
using Netcd.Base.Metrics;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Server.Apply;
using Netcd.Server.Auth;
using Netcd.Server.Requests;
using Netcd.Server.SlowRequests;

namespace Netcd.Server.Loops;

/// <summary>
/// Measures how long each entry takes to carry out, and says so when that is too long, when it failed, and when the
/// request that waits for it has been slow on its way. Applier only; what it counts is read by any thread. Upstream:
/// server/etcdserver/util.go, warnOfExpensiveRequest and warnOfFailedRequest; v3_server.go, raftRequestOnce.
/// </summary>
internal sealed class ApplyWatch(
    TimeProvider time,
    TimeSpan tooLong,
    MemberMetrics metrics,
    MvccStore store,
    ulong clusterId,
    MemberId memberId,
    IMemberLog? log)
{
    private readonly Dictionary<(InternalRequestKind Kind, bool Succeeded), Histogram> _seconds = [];

    /// <summary>Where the time of transactions goes.</summary>
    public TxnTimes Times { get; } = new(time);

    /// <summary>Says which users and roles were changed.</summary>
    public AuthLog? AuthLog { get; } = log is null ? null : new AuthLog(log);

    public long Start() => time.GetTimestamp();

    /// <summary>An entry with data was applied; returns the time, which is the next one's start.</summary>
    public long Applied(long start, in Entry entry, in Outcome outcome)
    {
        var now = time.GetTimestamp();
        if (entry.Data.IsEmpty)
        {
            return now;
        }

        var took = time.GetElapsedTime(start, now);
        var kind = KindOf(entry);
        var isOk = outcome.Refusal is Refusal.None or Refusal.Compacted;
        if (!_seconds.TryGetValue((kind, isOk), out var histogram))
        {
            _seconds[(kind, isOk)] = histogram = metrics.ApplySeconds(kind, isOk);
        }

        histogram.Observe(took.TotalSeconds);
        if (took > tooLong)
        {
            metrics.SlowApplies.Increment();
            Warn("apply request took too long", kind, entry, outcome, took, isSlow: true);
        }

        if (!isOk)
        {
            Warn("failed to apply request", kind, entry, outcome, took, isSlow: false);
        }
        else if (outcome.ProposedAt != 0 && time.GetElapsedTime(outcome.ProposedAt, now) > StepTrace.Threshold)
        {
            Trace(kind, entry, outcome, start, now);
        }

        return now;
    }

    /// <summary>A leader's snapshot is being put in place.</summary>
    public void Installing(bool isUnderWay) => metrics.IsInstallingSnapshot = isUnderWay;

    /// <summary>A physical compaction is done, and its request about to be answered.</summary>
    public void Compacted(long proposed, long applied, long compacted, long revision)
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(proposed, now) > StepTrace.Threshold)
        {
            Write(
                new StepTrace("compact", time, proposed)
                    .Detail("revision", compacted)
                    .Detail("response_revision", revision)
                    .Step("process raft request", applied)
                    .Step("physically apply compaction", now),
                now);
        }
    }

    private void Warn(
        string message, InternalRequestKind kind, in Entry entry, in Outcome outcome, TimeSpan took, bool isSlow)
    {
        if (log?.IsEnabled(RaftLogLevel.Warning) != true)
        {
            return;
        }

        List<KeyValuePair<string, object?>> fields = [new("took", took)];
        if (isSlow)
        {
            fields.Add(new("expected-duration", tooLong));
            fields.Add(new("prefix", ""));
        }

        fields.Add(new("request", RequestText.OfEntry(entry.Data.Span)));
        fields.Add(new("response", SizeOfAnswer(kind, entry, outcome) is { } size ? $"size:{size}" : ""));
        if (outcome.Refusal != Refusal.None)
        {
            fields.Add(new("error", RefusalText.Of(outcome.Refusal)));
        }

        log.Log(RaftLogLevel.Warning, message, [.. fields]);
    }

    // What etcd's answer is at this place: headers are whole only where no revision is set by the request itself.
    private int? SizeOfAnswer(InternalRequestKind kind, in Entry entry, in Outcome outcome)
    {
        var revision = outcome.Revision != 0 ? outcome.Revision : store.CurrentRevision;
        var small = ProtoSize.Int64(3, revision);
        var whole = ProtoSize.UInt64(1, clusterId) + ProtoSize.UInt64(2, memberId.Value) + small
            + ProtoSize.UInt64(4, entry.Term.Value);
        var isRefused = outcome.Refusal is not (Refusal.None or Refusal.NoSpace);
        return kind switch
        {
            InternalRequestKind.LeaseGrant when outcome.Refusal is Refusal.LeaseExists or Refusal.LeaseTtlTooLarge => 0,
            InternalRequestKind.LeaseRevoke when outcome.Refusal == Refusal.LeaseNotFound =>
                ProtoSize.Delimited(1, whole),
            _ when isRefused => null,
            InternalRequestKind.Put or InternalRequestKind.DeleteRange or InternalRequestKind.Txn
                or InternalRequestKind.Compaction => ProtoSize.Delimited(1, small) + outcome.BodyBytes,
            InternalRequestKind.Alarm => outcome.BodyBytes,
            InternalRequestKind.LeaseGrant or InternalRequestKind.LeaseRevoke or InternalRequestKind.LeaseCheckpoint =>
                ProtoSize.Delimited(1, whole) + outcome.BodyBytes,
            _ when AuthApplier.Handles(kind) => ProtoSize.Delimited(1, whole) + outcome.BodyBytes,
            _ => null,
        };
    }

    // The request's way to here, and what was done with it here.
    private void Trace(InternalRequestKind kind, in Entry entry, in Outcome outcome, long start, long now)
    {
        if (log?.IsEnabled(RaftLogLevel.Information) != true || outcome.IsPhysical)
        {
            return;
        }

        var request = InternalRequestView.Parse(entry.Data.Span).Message;
        StepTrace trace;
        switch (kind)
        {
            case InternalRequestKind.Put:
                trace = new StepTrace("put", time, outcome.ProposedAt)
                    .Detail("key", PutRequestView.Parse(request).Key)
                    .Detail("req_size", request.Length)
                    .Detail("response_revision", outcome.Revision)
                    .Step("process raft request", start)
                    .Step("store kv pair into bolt db", now);
                break;
            case InternalRequestKind.Txn:
                var txn = TxnRequestView.Parse(request);
                trace = new StepTrace("transaction", time, outcome.ProposedAt).Detail("read_only", value: false);

                // A put tells the revision first.
                var hasPut = Times.HasPut(txn);
                _ = hasPut ? trace.Detail("response_revision", outcome.Revision) : trace;
                trace.Detail("number_of_response", Times.ResponsesOf(txn));
                _ = hasPut ? trace : trace.Detail("response_revision", outcome.Revision);
                trace.Step("process raft request", start);
                Times.StepsOf(txn).ForEach(step => trace.Step(step));
                trace.Step("assemble the response", now);
                break;
            case InternalRequestKind.Compaction:
                trace = new StepTrace("compact", time, outcome.ProposedAt)
                    .Detail("revision", CompactionRequestView.Parse(request).Revision)
                    .Detail("response_revision", outcome.Revision)
                    .Step("process raft request", start)
                    .Step("check and update compact revision", now);
                break;
            default:
                return;
        }

        Write(trace, now);
    }

    private void Write(StepTrace trace, long now)
    {
        var (message, fields) = trace.Line(now);
        log?.Log(RaftLogLevel.Information, message, fields);
    }

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
