using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.KeyValues;

/// <summary>
/// Decides a transaction before anything is written: which branch each level takes, and whether what will run can run.
/// Upstream: server/etcdserver/txn/txn.go, compareToPath and checkTxn.
/// </summary>
/// <remarks>
/// The path lists the outcome of every transaction that runs, depth first: own outcome, then those of the transactions
/// nested in the branch taken. All comparisons are made before any operation, so a nested transaction does not see what
/// its parent writes.
/// </remarks>
internal static class TxnPlan
{
    public static void Decide(IKeyValueView view, in TxnRequestView txn, List<bool> path)
    {
        var succeeded = Holds(view, txn);
        path.Add(succeeded);
        foreach (var message in txn.Branch(succeeded))
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Txn)
            {
                Decide(view, TxnRequestView.Parse(operation.Message), path);
            }
        }
    }

    /// <summary>Checks the operations on the path; the first that cannot run refuses the whole.</summary>
    /// <remarks>
    /// All puts before all ranges, as in 3.5 (server/etcdserver/apply.go, checkRequests). 3.6 goes operation by
    /// operation, which differs only in which of two refusals is told.
    /// </remarks>
    public static Refusal Check(IKeyValueView view, Lessor lessor, in TxnRequestView txn, List<bool> path)
    {
        var position = 0;
        byte[]? deletedFrom = null;
        var refusal = Check(view, lessor, txn, path, ref position, ref deletedFrom, RequestOpKind.Put);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        position = 0;
        return Check(view, lessor, txn, path, ref position, ref deletedFrom, RequestOpKind.Range);
    }

    private static Refusal Check(
        IKeyValueView view,
        Lessor lessor,
        in TxnRequestView txn,
        List<bool> path,
        ref int position,
        ref byte[]? deletedFrom,
        RequestOpKind kind)
    {
        foreach (var message in txn.Branch(path[position++]))
        {
            var operation = RequestOpView.Parse(message);
            var refusal = operation.Kind switch
            {
                RequestOpKind.Txn => Check(
                    view, lessor, TxnRequestView.Parse(operation.Message), path, ref position, ref deletedFrom, kind),
                RequestOpKind.Range when kind == RequestOpKind.Range => RangeAnswer.RefusalOf(
                    view.CheckRevision(RangeRequestView.Parse(operation.Message).Revision)),
                RequestOpKind.Put when kind == RequestOpKind.Put => CheckPut(
                    view, lessor, PutRequestView.Parse(operation.Message), deletedFrom),
                _ => Refusal.None,
            };
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            if (operation.Kind == RequestOpKind.DeleteRange)
            {
                NoteDeletion(DeleteRangeRequestView.Parse(operation.Message), ref deletedFrom);
            }
        }

        return Refusal.None;
    }

    /// <summary>
    /// Remembers from which key on an earlier operation of the transaction deletes everything. Any other deletion that
    /// covers a key put in the same transaction was refused before it was proposed; one to the end of the key space
    /// (range_end "\0") escapes that check (server/etcdserver/api/v3rpc/key.go, checkIntervals, takes "\0" for an end).
    /// </summary>
    private static void NoteDeletion(in DeleteRangeRequestView deletion, ref byte[]? deletedFrom)
    {
        if (deletion.RangeEnd is [0] && (deletedFrom is null || deletion.Key.SequenceCompareTo(deletedFrom) < 0))
        {
            deletedFrom = deletion.Key.ToArray();
        }
    }

    private static Refusal CheckPut(IKeyValueView view, Lessor lessor, in PutRequestView put, byte[]? deletedFrom)
    {
        if (put.IgnoreValue || put.IgnoreLease)
        {
            // What the transaction itself has deleted has no value to keep. Go etcd finds out while it writes,
            // and ends (3.5.30: "unexpected error during txn").
            var isDeleted = deletedFrom is not null && put.Key.SequenceCompareTo(deletedFrom) >= 0;
            if (isDeleted || !view.TryGetEntry(put.Key, out _))
            {
                return Refusal.KeyNotFound;
            }
        }

        return put.Lease.IsNone || lessor.Contains(put.Lease) ? Refusal.None : Refusal.LeaseNotFound;
    }

    private static bool Holds(IKeyValueView view, in TxnRequestView txn)
    {
        foreach (var message in txn.Compares)
        {
            if (!Holds(view, CompareView.Parse(message)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(IKeyValueView view, in CompareView compare)
    {
        if (compare.RangeEnd.IsEmpty
            && compare.Target is CompareTarget.Version or CompareTarget.Create or CompareTarget.Mod)
        {
            // A missing key compares as zero, and so does the entry then.
            view.TryGetEntry(compare.Key, out var entry);
            return Holds(compare, entry.Version, entry.CreateRevision, entry.Modified.Main);
        }

        var query = new RangeQuery { Key = compare.Key, RangeEnd = compare.RangeEnd };
        if (view.Range(query, out var selection) != StoreStatus.Ok || selection is null)
        {
            throw new CompactedMeanwhileException();
        }

        try
        {
            if (selection.KvCount == 0)
            {
                // There is no way to say "missing" in a value, so comparing by value always fails.
                return compare.Target != CompareTarget.Value && Holds(compare, default);
            }

            for (var i = 0; i < selection.KvCount; i++)
            {
                if (!Holds(compare, selection.KeyValueAt(i)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            selection.Release();
        }
    }

    private static bool Holds(in CompareView compare, long version, long createRevision, long modRevision) =>
        Holds(compare.Result, compare.Target switch
        {
            CompareTarget.Version => version.CompareTo(compare.Number),
            CompareTarget.Create => createRevision.CompareTo(compare.Number),
            _ => modRevision.CompareTo(compare.Number),
        });

    private static bool Holds(in CompareView compare, in StoredKeyValue stored) =>
        Holds(compare.Result, compare.Target switch
        {
            CompareTarget.Version => stored.Version.CompareTo(compare.Number),
            CompareTarget.Create => stored.CreateRevision.CompareTo(compare.Number),
            CompareTarget.Mod => stored.ModRevision.CompareTo(compare.Number),
            CompareTarget.Value => stored.Value.SequenceCompareTo(compare.Value),
            CompareTarget.Lease => stored.Lease.Value.CompareTo(compare.Number),
            _ => 0, // Outside the enum: everything compares as equal.
        });

    private static bool Holds(CompareResult result, int order) => result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.NotEqual => order != 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => true,
    };
}
