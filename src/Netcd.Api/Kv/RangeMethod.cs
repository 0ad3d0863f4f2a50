using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;
using Netcd.Server.SlowRequests;

namespace Netcd.Api.Kv;

/// <summary>
/// KV.Range. Small reads are served on the connection's thread, straight from the store into the connection's output;
/// larger ones go to a worker, and answers over 64 KiB are read from the store as the client takes them.
/// </summary>
internal sealed class RangeMethod(ApiContext api)
    : UnaryMethod(api, Rpc.KvRange, RequestShapes.RangeRequest)
{
    // A key costs about half a microsecond to find and copy, and a handler may take about 50 us.
    private const long InlineKeysMax = 100;

    /// <summary>The time of day of <see cref="ReadTimes"/>.</summary>
    public long Now => Api.Time.GetTimestamp();

    /// <summary>A read whose index did not come.</summary>
    public void NoteRefused(ReadOnlySpan<byte> message, in ReadTimes times, Refusal refusal) =>
        Api.SlowReads.Refused(message, times, RefusalText.Of(refusal));

    /// <summary>Reads and answers a pending call.</summary>
    public void Read(ReadOnlySpan<byte> message, in Caller caller, CallTicket ticket, in ReadTimes times)
    {
        var request = RangeRequestView.Parse(message);
        if (Api.Reads.Check(caller, request.Key, request.RangeEnd, out var judged) is { } refusal)
        {
            Api.SlowReads.Refused(message, times, ErrorTable.OwnText(refusal));
            Complete(ticket, refusal);
            return;
        }

        if (Select(message, request, judged, times, out var selection) is { } problem)
        {
            Complete(ticket, problem);
            return;
        }

        Complete(ticket, OpenSource(selection));
    }

    public bool IsSmall(in RangeRequestView request)
    {
        if (request.RangeEnd.IsEmpty || request.CountOnly)
        {
            return true;
        }

        var isLimited = request.Limit is > 0 and <= InlineKeysMax
            && request.SortOrder == SortOrder.None
            && !request.HasRevisionFilter;
        return isLimited || CountKeys(request) <= InlineKeysMax;
    }

    protected override bool ServesLearner(ReadOnlySpan<byte> message) => RangeRequestView.Parse(message).IsSerializable;

    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        var request = RangeRequestView.Parse(message);
        if (RequestRules.Check(request) is { } status)
        {
            return Refuse(ref reply, status);
        }

        if (!request.IsSerializable && !Api.Member.TryReadIndexNow())
        {
            var waiting = new RangeCall(this, ticket, message, Api.Callers.WaitingCredentialsOf(head));
            reply.Keep(waiting.Request);
            Api.Member.ReadIndex(waiting);
            AnswerBatch.Flush();
            return CallStep.Pending;
        }

        // Before anything is counted: how many keys there are is not to be told by the time it takes either.
        if (Admit(head, out var caller) is { } stranger)
        {
            return Refuse(ref reply, stranger);
        }

        if (Api.Reads.Check(caller, request.Key, request.RangeEnd, out var judged) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        if (!IsSmall(request))
        {
            var large = new RangeCall(this, ticket, message, caller);
            reply.Keep(large.Request);
            large.ReadOnWorker();
            return CallStep.Pending;
        }

        return Read(message, request, judged, ref reply);
    }

    private CallStep Read(
        ReadOnlySpan<byte> message, in RangeRequestView request, AuthState judged, ref ReplyWriter reply)
    {
        if (Select(message, request, judged, default, out var selection) is { } problem)
        {
            return Refuse(ref reply, problem);
        }

        var term = Api.Member.Term;
        var length = SelectionSource.HeadSize(Api, selection, term)
            + selection.KvsLengthBytes
            + RangeAnswer.TailSize(selection);
        if (length > IReplySink.InlineBytesMax)
        {
            return Answer(ref reply, OpenSource(selection));
        }

        try
        {
            SelectionSource.WriteWhole(Api, selection, term, reply.Message((int)length));
        }
        finally
        {
            selection.Release();
        }

        CountSent(length);
        return CallStep.Done;
    }

    // Not null unless it is refused.
    private Status? Select(
        ReadOnlySpan<byte> message,
        in RangeRequestView request,
        AuthState judged,
        in ReadTimes times,
        out RangeSelection selection)
    {
        var began = Api.Time.GetTimestamp();
        var status = Api.Member.Store.Range(RangeAnswer.Query(request), out var found);
        var ended = Api.Time.GetTimestamp();
        Api.Metrics.RangeSeconds(status == StoreStatus.Ok)
            .Observe(Api.Time.GetElapsedTime(began, ended).TotalSeconds);
        if (Api.SlowReads.IsSlow(times.Since(began), ended))
        {
            Api.SlowReads.Range(message, times, began, ended, status, found);
        }

        selection = found!;
        if (status != StoreStatus.Ok || found is null)
        {
            return ErrorTable.For(RangeAnswer.RefusalOf(status));
        }

        if (Api.Reads.CheckAgain(judged) is { } refusal)
        {
            found.Release();
            return refusal;
        }

        return null;
    }

    private SelectionSource OpenSource(RangeSelection selection)
    {
        selection.StreamSlowly();
        return new SelectionSource(Api, selection);
    }

    private long CountKeys(in RangeRequestView request)
    {
        var query = RangeAnswer.Query(request) with { CountOnly = true };
        if (Api.Member.Store.Range(query, out var selection) != StoreStatus.Ok || selection is null)
        {
            return 0;
        }

        var count = selection.Count;
        selection.Release();
        Invariant.Check(count >= 0);
        return count;
    }
}
