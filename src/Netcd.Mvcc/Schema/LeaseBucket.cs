using System.Buffers.Binary;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Bucket <c>lease</c>: lease id (8 bytes, big-endian) to leasepb.Lease.</summary>
public sealed class LeaseBucket(Backend backend) : ILeaseStore
{
    /// <summary>Where the leases are; set anew, by the applier, when a snapshot brings another backend.</summary>
    public Backend Backend { get; set; } = backend;

    /// <inheritdoc/>
    public void PutLease(LeaseId id, ReadOnlySpan<byte> record)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, id.Value);
        using var section = Backend.EnterWrite();
        Backend.Put(BucketId.Lease, key, record.ToArray());
    }

    /// <inheritdoc/>
    public void DeleteLease(LeaseId id)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, id.Value);
        using var section = Backend.EnterWrite();
        Backend.Delete(BucketId.Lease, key);
    }

    /// <summary>
    /// Boot: gives every stored lease to the lessor, before the store restores the keys attached to them.
    /// </summary>
    /// <exception cref="CorruptionException">A record is no lease.</exception>
    public void RestoreInto(Lessor lessor)
    {
        foreach (var (_, record) in Backend.Scan(BucketId.Lease))
        {
            lessor.Restore(record);
        }
    }
}
