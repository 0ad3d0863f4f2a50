using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.Requests;
using Netcd.Server.SlowRequests;

namespace Netcd.Server.KeyValues;

/// <summary>
/// Carries out Put, DeleteRange and Txn against the store and encodes the answer's body (see <see
/// cref="ApplyAnswer"/>).
/// Belongs to the applier's thread. Quota, alarms and permissions are the caller's checks; validation was done before
/// the request was proposed. Upstream: server/etcdserver/txn/txn.go.
/// </summary>
public sealed class KeyValueApplier(MvccStore store, Lessor lessor)
{
    private readonly List<bool> _path = [];

    // Made once: the store's write transaction is one object.
    private WriteView? _view;
    private int _position;

    /// <summary>Where the time of transactions that may take some goes; null if nobody asks.</summary>
    internal TxnTimes? Times { get; init; }

    /// <summary>
    /// Sets a key. On <see cref="Refusal.None"/> the body holds prev_kv if it was wanted and there was one, and
    /// <paramref name="revision"/> is the revision of the put.
    /// </summary>
    public Refusal Put(in PutRequestView request, BodyWriter body, out long revision)
    {
        revision = 0;
        if (!request.Lease.IsNone && !lessor.Contains(request.Lease))
        {
            return Refusal.LeaseNotFound;
        }

        var transaction = store.BeginWrite();
        try
        {
            return TryPut(transaction, request, body, isChecked: false) ? Refusal.None : Refusal.KeyNotFound;
        }
        finally
        {
            revision = transaction.End();
        }
    }

    /// <summary>Deletes a range; the body holds deleted, and prev_kvs if they were wanted.</summary>
    public void DeleteRange(in DeleteRangeRequestView request, BodyWriter body, out long revision)
    {
        var transaction = store.BeginWrite();
        try
        {
            DeleteRange(transaction, request, body, isNested: false);
        }
        finally
        {
            revision = transaction.End();
        }
    }

    /// <summary>Decides, checks and runs a transaction; refused, it has written nothing.</summary>
    public Refusal Txn(in TxnRequestView request, BodyWriter body, out long revision)
    {
        var transaction = store.BeginWrite();
        try
        {
            var view = _view ??= new WriteView(transaction);
            _path.Clear();
            _position = 0;
            Times?.Begin(request, _path);
            TxnPlan.Decide(view, request, _path);
            Times?.Mark();
            var refusal = TxnPlan.Check(view, lessor, request, _path);
            Times?.Mark();
            transaction.EndOfChecks();
            if (refusal == Refusal.None)
            {
                Run(transaction, view, request, body);
            }

            return refusal;
        }
        finally
        {
            revision = transaction.End();
        }
    }

    /// <summary>
    /// Runs a transaction of ranges only, on any thread: the body is a TxnResponse's, at <paramref name="revision"/>.
    /// </summary>
    public static Refusal ReadOnlyTxn(
        MvccStore store, Lessor lessor, in TxnRequestView request, BodyWriter body, out long revision)
    {
        while (true)
        {
            var view = new StoreView(store);
            revision = view.Revision;
            try
            {
                var path = new List<bool>(1);
                TxnPlan.Decide(view, request, path);
                var refusal = TxnPlan.Check(view, lessor, request, path);
                if (refusal == Refusal.None)
                {
                    body.Bool(2, path[0]);
                    foreach (var message in request.Branch(path[0]))
                    {
                        var operation = RequestOpView.Parse(message);
                        Invariant.Check(operation.Kind == RequestOpKind.Range);
                        Range(view, RangeRequestView.Parse(operation.Message), body);
                    }
                }

                if (view.Ranges > 1)
                {
                    store.Metrics.Transactions.Increment();
                }

                return refusal;
            }
            catch (CompactedMeanwhileException)
            {
                body.Clear();
            }
        }
    }

    /// <summary>False if there is no key whose value or lease could be kept; nothing is written then.</summary>
    private static bool TryPut(
        WriteTransaction transaction, in PutRequestView request, BodyWriter body, bool isChecked)
    {
        var value = request.Value;
        var lease = request.Lease;
        var keeps = request.IgnoreValue || request.IgnoreLease;
        if (keeps || request.PreviousWanted)
        {
            if (transaction.TryGetStored(request.Key, out var stored))
            {
                if (request.PreviousWanted)
                {
                    body.Delimited(2, stored);
                }

                var previous = StoredKeyValue.Parse(stored);
                value = request.IgnoreValue ? previous.Value : value;
                lease = request.IgnoreLease ? previous.Lease : lease;
            }
            else if (keeps && !isChecked)
            {
                return false;
            }
        }

        transaction.Put(request.Key, value, lease);
        return true;
    }

    private static void DeleteRange(
        WriteTransaction transaction, in DeleteRangeRequestView request, BodyWriter body, bool isNested)
    {
        RangeSelection? previous = null;
        if (request.PreviousWanted)
        {
            var query = new RangeQuery { Key = request.Key, RangeEnd = request.RangeEnd };
            var status = transaction.Range(query, out previous);
            Invariant.Check(status == StoreStatus.Ok && previous is not null);
        }

        try
        {
            // The selection holds a view, so it still reads the records that the deletion covers up.
            var deleted = transaction.DeleteRange(request.Key, request.RangeEnd);
            if (isNested)
            {
                RevisionHeader(transaction.Revision, body);
            }

            body.Int64(2, deleted);
            for (var i = 0; i < previous?.KvCount; i++)
            {
                body.Delimited(3, previous.StoredAt(i));
            }
        }
        finally
        {
            previous?.Release();
        }
    }

    /// <summary>Writes a ResponseOp (field 3 of a TxnResponse) with a RangeResponse.</summary>
    private static void Range(IKeyValueView view, in RangeRequestView request, BodyWriter body)
    {
        var status = view.Range(RangeAnswer.Query(request), out var selection);
        if (status != StoreStatus.Ok || selection is null)
        {
            throw new CompactedMeanwhileException();
        }

        try
        {
            var size = RangeAnswer.NestedSize(selection, view.Revision);
            body.DelimitedHeader(3, ProtoSize.Delimited(1, size));
            body.DelimitedHeader(1, size);
            RangeAnswer.WriteNested(body.Reserve(size), selection, view.Revision);
        }
        finally
        {
            selection.Release();
        }
    }

    private static void RevisionHeader(long revision, BodyWriter body)
    {
        body.DelimitedHeader(1, ProtoSize.Int64(3, revision));
        body.Int64(3, revision);
    }

    /// <summary>Writes the fields of a TxnResponse after its header.</summary>
    private void Run(WriteTransaction transaction, WriteView view, in TxnRequestView txn, BodyWriter body)
    {
        var succeeded = _path[_position++];
        body.Bool(2, succeeded);
        foreach (var message in txn.Branch(succeeded))
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Range)
            {
                Range(view, RangeRequestView.Parse(operation.Message), body);
                Times?.Mark();
                continue;
            }

            var response = body.Begin(3);
            if (operation.Kind != RequestOpKind.None)
            {
                RunWrite(transaction, view, operation, body);
            }

            body.End(response);
            if (operation.Kind is RequestOpKind.Put or RequestOpKind.DeleteRange)
            {
                Times?.Mark();
            }
        }
    }

    private void RunWrite(WriteTransaction transaction, WriteView view, in RequestOpView operation, BodyWriter body)
    {
        var inner = body.Begin((int)operation.Kind);
        switch (operation.Kind)
        {
            case RequestOpKind.Put:
                RevisionHeader(transaction.Changes > 0 ? transaction.Revision : transaction.Revision + 1, body);
                TryPut(transaction, PutRequestView.Parse(operation.Message), body, isChecked: true);
                break;
            case RequestOpKind.DeleteRange:
                DeleteRange(transaction, DeleteRangeRequestView.Parse(operation.Message), body, isNested: true);
                break;
            case RequestOpKind.Txn:
                // An inner transaction's header is there but all zero.
                body.DelimitedHeader(1, 0);
                Run(transaction, view, TxnRequestView.Parse(operation.Message), body);
                break;
        }

        body.End(inner);
    }
}
