using Netcd.Api.Errors;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Validation;

/// <summary>
/// What a KV request must be before it goes anywhere, checked in etcd's order so that a request with several faults
/// gets the same answer (server/etcdserver/api/v3rpc/key.go). Null means fine.
/// </summary>
internal static class RequestRules
{
    public static Status? Check(in RangeRequestView request)
    {
        if (request.Key.IsEmpty)
        {
            return ErrorTable.EmptyKey;
        }

        var isSortKnown = (uint)request.SortOrder <= (uint)SortOrder.Descend
            && (uint)request.SortTarget <= (uint)SortTarget.Value;
        return isSortKnown ? null : ErrorTable.InvalidSortOption;
    }

    public static Status? Check(in PutRequestView request)
    {
        if (request.Key.IsEmpty)
        {
            return ErrorTable.EmptyKey;
        }

        if (request.IgnoreValue && !request.Value.IsEmpty)
        {
            return ErrorTable.ValueProvided;
        }

        return request.IgnoreLease && request.Lease != LeaseId.None ? ErrorTable.LeaseProvided : null;
    }

    public static Status? Check(in DeleteRangeRequestView request) =>
        request.Key.IsEmpty ? ErrorTable.EmptyKey : null;

    /// <summary>
    /// Checks a transaction with all that is nested in it, overlaps of its puts and deletes included.
    /// </summary>
    public static Status? Check(in TxnRequestView request, int maxTxnOps) =>
        CheckLevel(request, maxTxnOps, depth: 0) ?? TxnOverlap.Check(request);

    /// <summary>
    /// One level has at most <paramref name="budget"/> operations; what is nested in it at most what is left of that.
    /// So the budget bounds the depth too, but since it can be configured to any size, the depth has a limit of its
    /// own.
    /// </summary>
    private static Status? CheckLevel(in TxnRequestView request, int budget, int depth)
    {
        var count = Math.Max(request.CompareCount, Math.Max(request.SuccessCount, request.FailureCount));
        if (count > budget || depth > Limits.TxnDepthMax)
        {
            return ErrorTable.TooManyOperations;
        }

        foreach (var message in request.Compares)
        {
            if (CompareView.Parse(message).Key.IsEmpty)
            {
                return ErrorTable.EmptyKey;
            }
        }

        foreach (var message in request.Success)
        {
            if (CheckOperation(message, budget - count, depth) is { } status)
            {
                return status;
            }
        }

        foreach (var message in request.Failure)
        {
            if (CheckOperation(message, budget - count, depth) is { } status)
            {
                return status;
            }
        }

        return null;
    }

    private static Status? CheckOperation(ReadOnlySpan<byte> message, int budget, int depth)
    {
        var operation = RequestOpView.Parse(message);
        return operation.Kind switch
        {
            RequestOpKind.Range => Check(RangeRequestView.Parse(operation.Message)),
            RequestOpKind.Put => Check(PutRequestView.Parse(operation.Message)),
            RequestOpKind.DeleteRange => Check(DeleteRangeRequestView.Parse(operation.Message)),
            RequestOpKind.Txn => CheckLevel(TxnRequestView.Parse(operation.Message), budget, depth + 1),
            _ => ErrorTable.For(Refusal.KeyNotFound),
        };
    }
}
