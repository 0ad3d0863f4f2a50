using Microsoft.Extensions.Logging;
using Netcd.Api.Calls;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;
using Netcd.Server.SlowRequests;

namespace Netcd.Api.Kv;

/// <summary>
/// Says which reads took long, and where. Upstream: server/etcdserver/v3_server.go, Range and Txn; util.go.
/// </summary>
internal sealed class SlowReads(IMember member, TimeSpan tooLong, TimeProvider time, ILogger logger)
{
    private readonly TimeSpan _noticed = tooLong < StepTrace.Threshold ? tooLong : StepTrace.Threshold;

    /// <summary>Whether there is something to say.</summary>
    public bool IsSlow(long started, long ended) => time.GetElapsedTime(started, ended) > _noticed;

    public void Range(
        ReadOnlySpan<byte> message,
        in ReadTimes times,
        long began,
        long ended,
        StoreStatus status,
        RangeSelection? found)
    {
        var error = status == StoreStatus.Ok ? null : RefusalText.Of(RangeAnswer.RefusalOf(status));
        var response = found is null
            ? ""
            : $"range_response_count:{found.KvCount} size:{RangeAnswer.NestedSize(found, found.HeaderRevision)}";
        Warn(
            "read-only range ", times.Since(began), ended, RequestText.OfRange(message), response, error);
        var trace = TraceOf(message, times, began).Step("range keys from in-memory index tree", ended);
        if (found is not null)
        {
            trace.Detail("response_count", found.KvCount).Detail("response_revision", found.HeaderRevision);
        }

        Trace(trace, times.Since(began), ended);
    }

    public void Txn(
        ReadOnlySpan<byte> message,
        in ReadTimes times,
        long began,
        long ended,
        Refusal refusal,
        long revision,
        ReadOnlySpan<byte> body)
    {
        var isRefused = refusal != Refusal.None;
        var counts = isRefused ? [] : CountsIn(body);
        var size = ProtoSize.Delimited(1, ProtoSize.Int64(3, revision)) + body.Length;
        var responses = string.Join(' ', counts.Select(count => $"range_response_count:{count}"));
        Warn(
            "read-only txn ",
            began,
            ended,
            RequestText.OfTxn(message),
            isRefused ? "" : $"responses:<{responses}> size:{size}",
            isRefused ? RefusalText.Of(refusal) : null);
        var trace = new StepTrace("transaction", time, times.Since(began)).Detail("read_only", value: true);
        AddWaits(trace, times, began);
        trace.Step("range keys from bolt db", ended);
        if (!isRefused)
        {
            trace.Detail("number_of_response", counts.Count).Detail("response_revision", revision);
        }

        Trace(trace, times.Since(began), ended);
    }

    /// <summary>A range that waited and was refused.</summary>
    public void Refused(ReadOnlySpan<byte> message, in ReadTimes times, string error)
    {
        var now = time.GetTimestamp();
        if (times.Started == 0 || !IsSlow(times.Started, now))
        {
            return;
        }

        Warn("read-only range ", times.Started, now, RequestText.OfRange(message), "", error);
        Trace(TraceOf(message, times, now), times.Started, now);
    }

    private static List<int> CountsIn(ReadOnlySpan<byte> body)
    {
        var counts = new List<int>();
        foreach (var operation in new RepeatedMessages(body, 3))
        {
            foreach (var range in new RepeatedMessages(operation, 1))
            {
                var count = 0;
                foreach (var ignored in new RepeatedMessages(range, 2))
                {
                    count++;
                }

                counts.Add(count);
            }
        }

        return counts;
    }

    private StepTrace TraceOf(ReadOnlySpan<byte> message, in ReadTimes times, long began)
    {
        var request = RangeRequestView.Parse(message);
        var trace = new StepTrace("range", time, times.Since(began))
            .Detail("range_begin", request.Key)
            .Detail("range_end", request.RangeEnd);
        AddWaits(trace, times, began);
        return trace;
    }

    private static void AddWaits(StepTrace trace, in ReadTimes times, long began)
    {
        if (times.Agreed != 0)
        {
            trace.Step("agreement among raft nodes before linearized reading", times.Agreed);
        }

        if (times.Started != 0)
        {
            trace.Step("get authentication metadata", began);
        }
    }

    private void Warn(
        string prefix, long started, long ended, string request, string response, string? error)
    {
        var took = time.GetElapsedTime(started, ended);
        if (took <= tooLong)
        {
            return;
        }

        member.Metrics.SlowApplies.Increment();
        List<KeyValuePair<string, object?>> fields =
        [
            new("took", took),
            new("expected-duration", tooLong),
            new("prefix", prefix),
            new("request", request),
            new("response", response),
        ];
        if (error is not null)
        {
            fields.Add(new("error", error));
        }

        LogLine.Write(logger, LogLevel.Warning, "apply request took too long", fields);
    }

    private void Trace(StepTrace trace, long started, long ended)
    {
        if (time.GetElapsedTime(started, ended) > StepTrace.Threshold)
        {
            var (message, fields) = trace.Line(ended);
            LogLine.Write(logger, LogLevel.Information, message, fields);
        }
    }
}
