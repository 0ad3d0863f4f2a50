using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.Apply;

/// <summary>
/// Puts and deletions by themselves. Each check comes before the first change: a refused request leaves nothing.
/// Source: etcd's server/etcdserver/txn/txn.go. Applier only.
/// </summary>
internal sealed class KeyValueApplier(MvccStore store, Lessor lessor)
{
    /// <summary>Carries out a put and encodes the answer's body; <paramref name="revision"/> is the header's.</summary>
    internal Refusal Put(ReadOnlySpan<byte> message, AnswerBuffer answer, out long revision)
    {
        var request = PutRequestView.Parse(message);
        revision = 0;
        if (!request.Lease.IsNone && !lessor.Contains(request.Lease))
        {
            return Refusal.LeaseNotFound;
        }

        var transaction = store.BeginWrite();
        var refusal = Refusal.None;
        try
        {
            if (!CanPut(transaction, request))
            {
                refusal = Refusal.KeyNotFound;
            }
            else
            {
                Put(transaction, request, answer);
            }
        }
        finally
        {
            revision = transaction.End();
        }

        return refusal;
    }

    /// <summary>Carries out a deletion and encodes the answer's body; returns the header's revision.</summary>
    internal long DeleteRange(ReadOnlySpan<byte> message, AnswerBuffer answer)
    {
        var transaction = store.BeginWrite();
        try
        {
            DeleteRange(transaction, DeleteRangeRequestView.Parse(message), answer);
        }
        finally
        {
            transaction.End();
        }

        return store.CurrentRevision;
    }

    /// <summary>Whether a put that keeps the value or the lease finds a key to keep it from.</summary>
    internal static bool CanPut(WriteTransaction transaction, in PutRequestView request) =>
        !(request.IgnoreValue || request.IgnoreLease) || transaction.TryGetEntry(request.Key, out _);

    /// <summary>A put inside a transaction, checked before.</summary>
    internal static void Put(WriteTransaction transaction, in PutRequestView request, AnswerBuffer answer)
    {
        if (!(request.PreviousWanted || request.IgnoreValue || request.IgnoreLease))
        {
            transaction.Put(request.Key, request.Value, request.Lease);
            return;
        }

        var exists = transaction.TryGetStored(request.Key, out var stored);
        Invariant.Check(exists || !(request.IgnoreValue || request.IgnoreLease), $"a put was not checked");
        if (exists && request.PreviousWanted)
        {
            answer.Delimited(AnswerFields.PutPrevious, stored);
        }

        var previous = exists ? StoredKeyValue.Parse(stored) : default;
        transaction.Put(
            request.Key,
            request.IgnoreValue ? previous.Value : request.Value,
            request.IgnoreLease ? previous.Lease : request.Lease);
    }

    /// <summary>A deletion inside a transaction.</summary>
    internal static void DeleteRange(
        WriteTransaction transaction, in DeleteRangeRequestView request, AnswerBuffer answer)
    {
        RangeSelection? previous = null;
        if (request.PreviousWanted)
        {
            var query = new RangeQuery { Key = request.Key, RangeEnd = request.RangeEnd };
            var status = transaction.Range(query, out previous);
            Invariant.Check(status == StoreStatus.Ok, $"a range at the current revision ended as {status}");
        }

        try
        {
            var deleted = transaction.DeleteRange(request.Key, request.RangeEnd);
            answer.Int64(AnswerFields.DeleteCount, deleted);
            for (var i = 0; i < (previous?.KvCount ?? 0); i++)
            {
                answer.Delimited(AnswerFields.DeletePrevious, previous!.StoredAt(i)); // The bound is 0 without it.
            }
        }
        finally
        {
            previous?.Release();
        }
    }
}
