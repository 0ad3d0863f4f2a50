using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.Tests.Leasing;

internal sealed class NoLeaseStore : ILeaseStore
{
    public void PutLease(LeaseId id, ReadOnlySpan<byte> record)
    {
        // Nothing is kept.
    }

    public void DeleteLease(LeaseId id)
    {
        // Nothing is kept.
    }
}
