using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

/// <summary>
/// KV.Txn. A transaction of ranges only is a read: it is served here, after a read index unless every range is
/// serializable. Anything else, nested transactions included, goes through Raft.
/// </summary>
internal sealed class TxnMethod(ApiContext api)
    : ProposalMethod(api, "etcdserverpb.KV", "Txn", RequestShapes.TxnRequest, InternalRequestKind.Txn)
{
    [ThreadStatic]
    private static BodyWriter? _body;

    /// <summary>Reads and answers a pending call.</summary>
    public void Read(ReadOnlySpan<byte> message, CallTicket ticket)
    {
        var body = Run(message, out var refusal, out var revision);
        if (refusal == Refusal.None)
        {
            Complete(ticket, revision, body.Written);
        }
        else
        {
            Complete(ticket, ErrorTable.For(refusal));
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
            return CheckUser(head, request) is { } refusal ? Refuse(ref reply, refusal) : Propose(message, ticket);
        }

        if (!isSerializable && !Api.Member.TryReadIndexNow())
        {
            Api.Member.ReadIndex(new TxnCall(this, ticket, message, Api.Gate.CheckUser(head)));
            AnswerBatch.Flush();
            return CallStep.Pending;
        }

        if (CheckUser(head, request) is { } userStatus)
        {
            return Refuse(ref reply, userStatus);
        }

        if (!isSmall)
        {
            new TxnCall(this, ticket, message, userStatus: null).ReadOnWorker();
            return CallStep.Pending;
        }

        return Read(message, ref reply);
    }

    // A transaction that touches no key needs no permission, and so no user; a token that is there must be good all the
    // same. Upstream: CheckTxnAuth of server/etcdserver/apply/apply_auth.go.
    private Status? CheckUser(in CallHead head, in TxnRequestView request) =>
        !CallGate.HasToken(head) && TxnClass.TouchesNothing(request) ? null : Api.Gate.CheckUser(head);

    private CallStep Read(ReadOnlySpan<byte> message, ref ReplyWriter reply)
    {
        var body = Run(message, out var refusal, out var revision);
        try
        {
            return refusal == Refusal.None
                ? Answer(ref reply, revision, body.Written)
                : Refuse(ref reply, ErrorTable.For(refusal));
        }
        finally
        {
            body.Clear();
        }
    }

    private BodyWriter Run(ReadOnlySpan<byte> message, out Refusal refusal, out long revision)
    {
        var body = _body ??= new BodyWriter();
        body.Clear();
        var request = TxnRequestView.Parse(message);
        refusal = KeyValueApplier.ReadOnlyTxn(Api.Member.Store, Api.Member.Lessor, request, body, out revision);
        return body;
    }
}
