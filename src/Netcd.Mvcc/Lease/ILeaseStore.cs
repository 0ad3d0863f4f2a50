using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Bucket <c>lease</c> as the lessor needs it. Called on the applier's thread, inside its backend transaction.
/// </summary>
public interface ILeaseStore
{
    /// <summary>
    /// Writes the record (a marshalled leasepb.Lease) of a lease. The span is used only during the call.
    /// </summary>
    void PutLease(LeaseId id, ReadOnlySpan<byte> record);

    void DeleteLease(LeaseId id);
}
