using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>Bucket <c>lease</c> in memory.</summary>
internal sealed class LeaseTable : ILeaseStore
{
    public SortedDictionary<LeaseId, byte[]> Records { get; } = [];

    public void PutLease(LeaseId id, ReadOnlySpan<byte> record) => Records[id] = record.ToArray();

    public void DeleteLease(LeaseId id) => Assert.True(Records.Remove(id));
}
