using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.Apply;

/// <summary>
/// Transactions: decide all comparisons, nested ones included, then check every operation that will run, then run them
/// as one revision. Source: etcd's server/etcdserver/txn/txn.go. Applier only.
/// </summary>
internal sealed class TxnApplier(MvccStore store, Lessor lessor)
{
    // Outcome of each transaction's comparisons in the order of a walk through the branches taken.
    private readonly List<bool> _path = [];
    private int _next;

    internal Refusal Txn(ReadOnlySpan<byte> message, AnswerBuffer answer, out long revision)
    {
        var request = TxnRequestView.Parse(message);
        _path.Clear();
        var refusal = Refusal.None;
        var transaction = store.BeginWrite();
        try
        {
            Decide(transaction, request);
            _next = 0;
            refusal = Check(transaction, request);
            if (refusal == Refusal.None)
            {
                _next = 0;
                Run(transaction, request, answer);
            }
        }
        finally
        {
            revision = transaction.End();
        }

        return refusal;
    }

    private void Decide(WriteTransaction transaction, in TxnRequestView request)
    {
        var succeeded = Comparisons.Hold(transaction, request);
        _path.Add(succeeded);
        foreach (var item in request.Branch(succeeded))
        {
            var operation = RequestOpView.Parse(item);
            if (operation.Kind == RequestOpKind.Txn)
            {
                Decide(transaction, TxnRequestView.Parse(operation.Message));
            }
        }
    }

    private Refusal Check(WriteTransaction transaction, in TxnRequestView request)
    {
        foreach (var item in request.Branch(_path[_next++]))
        {
            var operation = RequestOpView.Parse(item);
            var refusal = operation.Kind switch
            {
                RequestOpKind.Range => CheckRange(transaction, RangeRequestView.Parse(operation.Message)),
                RequestOpKind.Put => CheckPut(transaction, PutRequestView.Parse(operation.Message)),
                RequestOpKind.Txn => Check(transaction, TxnRequestView.Parse(operation.Message)),
                _ => Refusal.None,
            };
            if (refusal != Refusal.None)
            {
                return refusal;
            }
        }

        return Refusal.None;
    }

    private Refusal CheckPut(WriteTransaction transaction, in PutRequestView request)
    {
        if (!KeyValueApplier.CanPut(transaction, request))
        {
            return Refusal.KeyNotFound;
        }

        return request.Lease.IsNone || lessor.Contains(request.Lease) ? Refusal.None : Refusal.LeaseNotFound;
    }

    private static Refusal CheckRange(WriteTransaction transaction, in RangeRequestView request) =>
        transaction.CheckRevision(request.Revision) switch
        {
            StoreStatus.Ok => Refusal.None,
            StoreStatus.Compacted => Refusal.Compacted,
            _ => Refusal.FutureRevision,
        };

    private void Run(WriteTransaction transaction, in TxnRequestView request, AnswerBuffer answer)
    {
        var succeeded = _path[_next++];
        answer.Int64(AnswerFields.TxnSucceeded, succeeded ? 1 : 0);
        foreach (var item in request.Branch(succeeded))
        {
            var response = answer.Begin(AnswerFields.TxnResponses);
            Run(transaction, RequestOpView.Parse(item), answer);
            answer.End(response);
        }
    }

    private void Run(WriteTransaction transaction, in RequestOpView operation, AnswerBuffer answer)
    {
        switch (operation.Kind)
        {
            case RequestOpKind.Range:
                Range(transaction, RangeRequestView.Parse(operation.Message), answer);
                break;
            case RequestOpKind.Put:
                var put = answer.Begin(AnswerFields.OperationPut);
                RunPut(transaction, PutRequestView.Parse(operation.Message), answer);
                answer.End(put);
                break;
            case RequestOpKind.DeleteRange:
                var delete = answer.Begin(AnswerFields.OperationDelete);
                RunDelete(transaction, DeleteRangeRequestView.Parse(operation.Message), answer);
                answer.End(delete);
                break;
            case RequestOpKind.Txn:
                var nested = answer.Begin(AnswerFields.OperationTxn);
                answer.Delimited(AnswerFields.Header, []);
                Run(transaction, TxnRequestView.Parse(operation.Message), answer);
                answer.End(nested);
                break;
        }
    }

    // The header comes first, but its revision is known only when the operation has run: that of the next revision for
    // a put, and for a deletion if anything has changed by then.
    private static void RunPut(WriteTransaction transaction, in PutRequestView request, AnswerBuffer answer)
    {
        var revision = transaction.Changes > 0 ? transaction.Revision : transaction.Revision + 1;
        Header(answer, revision);
        KeyValueApplier.Put(transaction, request, answer);
        Invariant.Check(transaction.Revision == revision);
    }

    private static void RunDelete(WriteTransaction transaction, in DeleteRangeRequestView request, AnswerBuffer answer)
    {
        var before = transaction.Revision;
        if (transaction.Changes == 0 && HasKey(transaction, request))
        {
            before++;
        }

        Header(answer, before);
        KeyValueApplier.DeleteRange(transaction, request, answer);
        Invariant.Check(transaction.Revision == before);
    }

    private static bool HasKey(WriteTransaction transaction, in DeleteRangeRequestView request)
    {
        if (request.RangeEnd.IsEmpty)
        {
            return transaction.TryGetEntry(request.Key, out _);
        }

        var query = new RangeQuery { Key = request.Key, RangeEnd = request.RangeEnd, CountOnly = true };
        Invariant.Check(transaction.Range(query, out var selection) == StoreStatus.Ok && selection is not null);
        var count = selection.Count;
        selection.Release();
        return count > 0;
    }

    private static void Range(WriteTransaction transaction, in RangeRequestView request, AnswerBuffer answer)
    {
        var query = new RangeQuery
        {
            Key = request.Key,
            RangeEnd = request.RangeEnd,
            Revision = request.Revision,
            Limit = request.Limit,
            SortOrder = (RangeSortOrder)request.SortOrder,
            SortTarget = (RangeSortTarget)request.SortTarget,
            CountOnly = request.CountOnly,
            KeysOnly = request.KeysOnly,
            MinModRevision = request.MinModRevision,
            MaxModRevision = request.MaxModRevision,
            MinCreateRevision = request.MinCreateRevision,
            MaxCreateRevision = request.MaxCreateRevision,
        };
        var status = transaction.Range(query, out var selection);
        Invariant.Check(status == StoreStatus.Ok && selection is not null, $"a checked range ended as {status}");
        try
        {
            var range = answer.Begin(AnswerFields.OperationRange);
            Header(answer, transaction.Revision);
            var kvs = answer.Append(checked((int)selection.KvsLengthBytes));
            Invariant.Check(selection.Fill(kvs) == kvs.Length);
            answer.Int64(AnswerFields.RangeMore, selection.More ? 1 : 0);
            answer.Int64(AnswerFields.RangeCount, selection.Count);
            answer.End(range);
        }
        finally
        {
            selection.Release();
        }
    }

    private static void Header(AnswerBuffer answer, long revision)
    {
        var writer = new ProtoWriter(answer.Append(
            ProtoSize.Delimited(AnswerFields.Header, ProtoSize.Int64(AnswerFields.HeaderRevision, revision))));
        writer.DelimitedHeader(AnswerFields.Header, ProtoSize.Int64(AnswerFields.HeaderRevision, revision));
        writer.Int64(AnswerFields.HeaderRevision, revision);
    }
}
