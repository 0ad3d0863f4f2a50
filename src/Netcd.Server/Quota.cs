using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server;

/// <summary>
/// What requests may add to the backend, and whether it fits below the quota. Source: etcd's server/storage/quota.go.
/// Any thread.
/// </summary>
public sealed class Quota
{
    /// <summary>In force when the quota is given as 0.</summary>
    public const long DefaultBytes = 2L * 1024 * 1024 * 1024;

    private const long KeyValueOverheadBytes = 256;
    private const long LeaseBytes = 64;

    private readonly MvccStore _store;
    private readonly long _bytes;

    internal Quota(MvccStore store, long bytes)
    {
        _store = store;
        _bytes = bytes == 0 ? DefaultBytes : bytes;
    }

    /// <summary>The limit in bytes; negative for none.</summary>
    public long LimitBytes => _bytes;

    /// <summary>
    /// Whether a request of this cost fits. Counts the file and what waits in memory to be written to it, since commits
    /// are lazy.
    /// </summary>
    public bool IsAvailable(long costBytes)
    {
        if (_bytes < 0 || costBytes == 0)
        {
            return true;
        }

        var backend = _store.Backend;
        return backend.SizeBytes + backend.DirtyBytes + costBytes < _bytes;
    }

    /// <summary>Cost of a request by its kind; 0 for those that do not grow the store.</summary>
    public static long CostOf(InternalRequestKind kind, ReadOnlySpan<byte> message) => kind switch
    {
        InternalRequestKind.Put => CostOfPut(PutRequestView.Parse(message)),
        InternalRequestKind.Txn => CostOfTxn(TxnRequestView.Parse(message)),
        InternalRequestKind.LeaseGrant => LeaseBytes,
        _ => 0,
    };

    private static long CostOfPut(in PutRequestView put) => KeyValueOverheadBytes + put.Key.Length + put.Value.Length;

    // Either branch may run, so the dearer one counts.
    private static long CostOfTxn(in TxnRequestView txn) => Math.Max(CostOf(txn.Success), CostOf(txn.Failure));

    private static long CostOf(RepeatedMessages operations)
    {
        var cost = 0L;
        foreach (var item in operations)
        {
            var operation = RequestOpView.Parse(item);
            cost += operation.Kind switch
            {
                RequestOpKind.Put => CostOfPut(PutRequestView.Parse(operation.Message)),
                RequestOpKind.Txn => CostOfTxn(TxnRequestView.Parse(operation.Message)),
                _ => 0,
            };
        }

        return cost;
    }
}
