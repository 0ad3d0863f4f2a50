using System.Text;
using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Validation;

/// <summary>
/// Refuses a transaction whose one branch would put a key twice, or put a key that a delete of the same branch covers,
/// in whatever order (server/etcdserver/api/v3rpc/key.go, checkIntervals). Overlapping deletes are fine, and so are
/// puts of one key in both branches of one nested transaction, of which only one runs.
/// </summary>
/// <remarks>
/// The branch without nested transactions, which is nearly every one, is checked without allocating. Keys become
/// strings of one char per byte for the nested case only.
/// </remarks>
internal static class TxnOverlap
{
    public static Status? Check(in TxnRequestView request) =>
        CheckBranch(request, succeeded: true) && CheckBranch(request, succeeded: false)
            ? null
            : ErrorTable.DuplicateKey;

    private static bool CheckBranch(in TxnRequestView request, bool succeeded)
    {
        var count = succeeded ? request.SuccessCount : request.FailureCount;
        if (count == 0)
        {
            return true;
        }

        foreach (var message in request.Branch(succeeded))
        {
            if (RequestOpView.Parse(message).Kind == RequestOpKind.Txn)
            {
                return TryCollect(request.Branch(succeeded), out _, out _);
            }
        }

        return count == 1 || IsFlatBranchFine(request.Branch(succeeded), count);
    }

    private static bool IsFlatBranchFine(RepeatedMessages operations, int count)
    {
        using var puts = new KeySet(count);
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Put
                && !puts.TryAdd(PutRequestView.Parse(operation.Message).Key, operations.Message))
            {
                return false;
            }
        }

        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.DeleteRange)
            {
                var delete = DeleteRangeRequestView.Parse(operation.Message);
                if (puts.AnyIn(delete.Key, delete.RangeEnd, operations.Message))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Collects the keys put and the ranges deleted by a list of operations; false if they overlap.</summary>
    private static bool TryCollect(
        RepeatedMessages operations, out HashSet<string> puts, out List<DeletedRange> deletes)
    {
        puts = new HashSet<string>(StringComparer.Ordinal);
        deletes = [];
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.DeleteRange)
            {
                var delete = DeleteRangeRequestView.Parse(operation.Message);
                deletes.Add(new DeletedRange(Text(delete.Key), Text(delete.RangeEnd)));
            }
        }

        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Txn
                && !TryAddNested(TxnRequestView.Parse(operation.Message), puts, deletes))
            {
                return false;
            }
        }

        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind == RequestOpKind.Put)
            {
                var key = Text(PutRequestView.Parse(operation.Message).Key);
                if (IsDeleted(key, deletes) || !puts.Add(key))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Nested deletes count for what follows, but not for the puts of the same nested transaction.</summary>
    private static bool TryAddNested(in TxnRequestView nested, HashSet<string> puts, List<DeletedRange> deletes)
    {
        if (!TryCollect(nested.Success, out var putsThen, out var deletesThen)
            || !TryCollect(nested.Failure, out var putsElse, out var deletesElse))
        {
            return false;
        }

        foreach (var key in putsThen)
        {
            if (IsDeleted(key, deletes) || !puts.Add(key))
            {
                return false;
            }
        }

        foreach (var key in putsElse)
        {
            if (IsDeleted(key, deletes) || (!puts.Add(key) && !putsThen.Contains(key)))
            {
                return false;
            }
        }

        deletes.AddRange(deletesThen);
        deletes.AddRange(deletesElse);
        return true;
    }

    private static bool IsDeleted(string key, List<DeletedRange> deletes)
    {
        foreach (var delete in deletes)
        {
            if (delete.Covers(key))
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(ReadOnlySpan<byte> key) => Encoding.Latin1.GetString(key);

    /// <summary>
    /// A deleted range as etcd's interval tree sees it: an end of one zero byte is not "everything" there but an end
    /// before the begin, which covers nothing.
    /// </summary>
    private readonly record struct DeletedRange(string Begin, string End)
    {
        public bool Covers(string key) =>
            End.Length == 0
                ? string.Equals(key, Begin, StringComparison.Ordinal)
                : string.CompareOrdinal(key, Begin) >= 0 && string.CompareOrdinal(key, End) < 0;
    }
}
