using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.Apply;

/// <summary>Whether the comparisons of a transaction hold. Source: applyCompare of etcd's txn.go.</summary>
internal static class Comparisons
{
    internal static bool Hold(WriteTransaction transaction, in TxnRequestView request)
    {
        foreach (var item in request.Compares)
        {
            if (!Holds(transaction, CompareView.Parse(item)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(WriteTransaction transaction, in CompareView compare) =>
        compare.RangeEnd.IsEmpty ? HoldsForKey(transaction, compare) : HoldsForRange(transaction, compare);

    private static bool HoldsForKey(WriteTransaction transaction, in CompareView compare)
    {
        // Counters come from memory; only value and lease need the record.
        if (!transaction.TryGetEntry(compare.Key, out var entry))
        {
            return HoldsForMissing(compare);
        }

        switch (compare.Target)
        {
            case CompareTarget.Version:
                return Matches(compare.Result, entry.Version.CompareTo(compare.Number));
            case CompareTarget.Create:
                return Matches(compare.Result, entry.CreateRevision.CompareTo(compare.Number));
            case CompareTarget.Mod:
                return Matches(compare.Result, entry.Modified.Main.CompareTo(compare.Number));
            default:
                var found = transaction.TryGetStored(compare.Key, out var stored);
                Invariant.Check(found, $"a live key has no record");
                return HoldsFor(StoredKeyValue.Parse(stored), compare);
        }
    }

    private static bool HoldsForRange(WriteTransaction transaction, in CompareView compare)
    {
        var query = new RangeQuery { Key = compare.Key, RangeEnd = compare.RangeEnd };
        if (transaction.Range(query, out var selection) != StoreStatus.Ok || selection is null)
        {
            return false;
        }

        try
        {
            if (selection.KvCount == 0)
            {
                return HoldsForMissing(compare);
            }

            for (var i = 0; i < selection.KvCount; i++)
            {
                if (!HoldsFor(selection.KeyValueAt(i), compare))
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

    // A missing key counts as one with all zeros, but has no value: not even an empty one.
    private static bool HoldsForMissing(in CompareView compare) =>
        compare.Target != CompareTarget.Value && Matches(compare.Result, 0L.CompareTo(compare.Number));

    private static bool HoldsFor(in StoredKeyValue record, in CompareView compare) => Matches(
        compare.Result,
        compare.Target switch
        {
            CompareTarget.Value => record.Value.SequenceCompareTo(compare.Value),
            CompareTarget.Create => record.CreateRevision.CompareTo(compare.Number),
            CompareTarget.Mod => record.ModRevision.CompareTo(compare.Number),
            CompareTarget.Version => record.Version.CompareTo(compare.Number),
            CompareTarget.Lease => record.Lease.Value.CompareTo(compare.Number),
            _ => 0,
        });

    // An unknown kind of result holds, as in etcd.
    private static bool Matches(CompareResult result, int order) => result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.NotEqual => order != 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => true,
    };
}
