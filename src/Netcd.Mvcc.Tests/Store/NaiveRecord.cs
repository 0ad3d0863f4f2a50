using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>One change in <see cref="NaiveStore"/>.</summary>
internal sealed record NaiveRecord(
    Revision Revision,
    bool IsTombstone,
    string Key,
    string Value,
    long CreateRevision,
    long Version,
    long Lease)
{
    public byte[] Stored()
    {
        var key = TestStore.Bytes(Key);
        if (IsTombstone)
        {
            var tombstone = new byte[StoredKeyValue.SizeOfTombstone(key.Length)];
            StoredKeyValue.WriteTombstone(tombstone, key);
            return tombstone;
        }

        var counters = new KeyVersion(CreateRevision, Revision.Main, Version);
        var stored = new byte[StoredKeyValue.SizeOf(key.Length, Value.Length, counters, new LeaseId(Lease))];
        StoredKeyValue.Write(stored, key, TestStore.Bytes(Value), counters, new LeaseId(Lease));
        return stored;
    }

    /// <summary>The same without its value, as keys_only answers.</summary>
    public byte[] StoredWithoutValue() => (this with { Value = "" }).Stored();
}
