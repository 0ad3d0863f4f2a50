using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

/// <summary>
/// KV.Txn. A transaction of ranges only is a read: it is served here, after a read index unless every range is
/// serializable. Anything else, nested transactions included, goes through Raft.
/// </summary>
internal sealed class TxnMethod(ApiContext api)
    : ProposalMethod(api, Rpc.KvTxn, RequestShapes.TxnRequest, InternalRequestKind.Txn)
{
    [ThreadStatic]
    private static BodyWriter? _body;

    /// <inheritdoc cref="RangeMethod.Now"/>
    public long Now => Api.Time.GetTimestamp();

    /// <summary>Reads and answers a pending call.</summary>
    public void Read(ReadOnlySpan<byte> message, in Caller caller, CallTicket ticket, in ReadTimes times)
    {
        if (Api.Reads.Check(caller, TxnRequestView.Parse(message), out var judged) is { } refusal)
        {
            Complete(ticket, refusal);
            return;
        }

        var body = Run(message, judged, times, out var problem, out var revision);
        if (problem is null)
        {
            Complete(ticket, revision, body.Written);
        }
        else
        {
            Complete(ticket, problem);
        }

        body.Clear();
    }

    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        // Two messages a level, a RequestOp and what is in it. Whatever walks a transaction does so recursively, so
        // this comes before all else.
        if (WireCheck.DepthOfLast > 2 * Limits.TxnDepthMax)
        {
            return Refuse(ref reply, ErrorTable.TooManyOperations);
        }

        if (TryRefuseForSpace(message, ticket))
        {
            return CallStep.Pending;
        }

        var request = TxnRequestView.Parse(message);
        if (RequestRules.Check(request, Api.Options.MaxTxnOps) is { } status)
        {
            return Refuse(ref reply, status);
        }

        if (!TxnClass.IsReadOnly(request, out var isSerializable, out var isSmall))
        {
            return Admit(head, out var writer) is { } refusal
                ? Refuse(ref reply, refusal)
                : Propose(message, writer, ticket, ref reply);
        }

        if (!isSerializable && !Api.Member.TryReadIndexNow())
        {
            var waiting = new TxnCall(this, ticket, message, Api.Callers.WaitingCredentialsOf(head));
            reply.Keep(waiting.Request);
            Api.Member.ReadIndex(waiting);
            AnswerBatch.Flush();
            return CallStep.Pending;
        }

        if (Admit(head, out var caller) is { } stranger)
        {
            return Refuse(ref reply, stranger);
        }

        if (!isSmall)
        {
            var large = new TxnCall(this, ticket, message, caller);
            reply.Keep(large.Request);
            large.ReadOnWorker();
            return CallStep.Pending;
        }

        return Api.Reads.Check(caller, request, out var judged) is { } userStatus
            ? Refuse(ref reply, userStatus)
            : Read(message, judged, ref reply);
    }

    private CallStep Read(ReadOnlySpan<byte> message, AuthState judged, ref ReplyWriter reply)
    {
        var body = Run(message, judged, default, out var problem, out var revision);
        try
        {
            return problem is null ? Answer(ref reply, revision, body.Written) : Refuse(ref reply, problem);
        }
        finally
        {
            body.Clear();
        }
    }

    private BodyWriter Run(
        ReadOnlySpan<byte> message,
        AuthState judged,
        in ReadTimes times,
        out Status? problem,
        out long revision)
    {
        var began = Api.Time.GetTimestamp();
        var body = _body ??= new BodyWriter();
        body.Clear();
        var request = TxnRequestView.Parse(message);
        var refusal = KeyValueApplier.ReadOnlyTxn(Api.Member.Store, Api.Member.Lessor, request, body, out revision);
        var ended = Api.Time.GetTimestamp();
        if (Api.SlowReads.IsSlow(times.Since(began), ended))
        {
            Api.SlowReads.Txn(message, times, began, ended, refusal, revision, body.Written);
        }

        problem = refusal == Refusal.None ? Api.Reads.CheckAgain(judged) : ErrorTable.For(refusal);
        return body;
    }
}
