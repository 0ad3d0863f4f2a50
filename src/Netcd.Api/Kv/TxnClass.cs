using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

/// <summary>What kind of transaction a request is. Upstream: server/etcdserver/txn/txn.go, IsTxnReadonly.</summary>
internal static class TxnClass
{
    /// <param name="request">The transaction.</param>
    /// <param name="isSerializable">Whether it may be read without a read index: all its ranges say so, or it has
    /// none.</param>
    /// <param name="isSmall">Whether it reads single keys only, few enough for the connection's thread.</param>
    public static bool IsReadOnly(in TxnRequestView request, out bool isSerializable, out bool isSmall)
    {
        isSerializable = true;
        isSmall = request.CompareCount + request.SuccessCount + request.FailureCount <= 64;
        foreach (var compare in request.Compares)
        {
            isSmall &= CompareView.Parse(compare).RangeEnd.IsEmpty;
        }

        return AreReads(request.Success, ref isSerializable, ref isSmall)
            && AreReads(request.Failure, ref isSerializable, ref isSmall);
    }

    private static bool AreReads(RepeatedMessages operations, ref bool isSerializable, ref bool isSmall)
    {
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            if (operation.Kind != RequestOpKind.Range)
            {
                return false;
            }

            var range = RangeRequestView.Parse(operation.Message);
            isSerializable &= range.IsSerializable;
            isSmall &= range.RangeEnd.IsEmpty || range.CountOnly;
        }

        return true;
    }
}
