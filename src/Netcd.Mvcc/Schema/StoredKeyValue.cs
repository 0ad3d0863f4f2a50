using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>
/// Decoded view of one record of bucket <c>key</c> (mvccpb.KeyValue). The spans are parts of the stored bytes and live
/// as long as those do.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct StoredKeyValue
{
    private const int KeyField = 1;
    private const int CreateRevisionField = 2;
    private const int ModRevisionField = 3;
    private const int VersionField = 4;
    private const int ValueField = 5;
    private const int LeaseField = 6;

    private StoredKeyValue(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        long createRevision,
        long modRevision,
        long version,
        long lease)
    {
        Key = key;
        Value = value;
        CreateRevision = createRevision;
        ModRevision = modRevision;
        Version = version;
        Lease = new LeaseId(lease);
    }

    public ReadOnlySpan<byte> Key { get; }

    public ReadOnlySpan<byte> Value { get; }

    public long CreateRevision { get; }

    public long ModRevision { get; }

    public long Version { get; }

    public LeaseId Lease { get; }

    /// <summary>Decodes stored bytes.</summary>
    /// <exception cref="CorruptionException">They are no KeyValue message.</exception>
    public static StoredKeyValue Parse(ReadOnlySpan<byte> stored)
    {
        ReadOnlySpan<byte> key = default;
        ReadOnlySpan<byte> value = default;
        long create = 0, mod = 0, version = 0, lease = 0;
        try
        {
            var reader = new ProtoReader(stored);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case KeyField: key = reader.ReadBytes(wireType); break;
                    case CreateRevisionField: create = reader.ReadInt64(wireType); break;
                    case ModRevisionField: mod = reader.ReadInt64(wireType); break;
                    case VersionField: version = reader.ReadInt64(wireType); break;
                    case ValueField: value = reader.ReadBytes(wireType); break;
                    case LeaseField: lease = reader.ReadInt64(wireType); break;
                    default: reader.Skip(wireType); break;
                }
            }
        }
        catch (ProtoException problem)
        {
            throw new CorruptionException("bucket key", $"value is no KeyValue: {problem.Message}", problem);
        }

        return new StoredKeyValue(key, value, create, mod, version, lease);
    }

    /// <summary>Encoded size of a put in canonical proto3: ascending fields, zeros omitted.</summary>
    public static int SizeOf(int keyLength, int valueLength, in KeyVersion version, LeaseId lease) =>
        ProtoSize.Delimited(KeyField, keyLength)
        + ProtoSize.Int64(CreateRevisionField, version.CreateRevision)
        + ProtoSize.Int64(ModRevisionField, version.ModRevision)
        + ProtoSize.Int64(VersionField, version.Version)
        + ProtoSize.Bytes(ValueField, valueLength)
        + ProtoSize.Int64(LeaseField, lease.Value);

    /// <summary>
    /// Writes a put; <paramref name="destination"/> has exactly the size that <see cref="SizeOf"/> gives.
    /// </summary>
    /// <remarks>Hashes are compared with those of Go members, so these bytes are contract.</remarks>
    public static void Write(
        Span<byte> destination,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        in KeyVersion version,
        LeaseId lease)
    {
        var writer = new ProtoWriter(destination);
        writer.Bytes(KeyField, key);
        writer.Int64(CreateRevisionField, version.CreateRevision);
        writer.Int64(ModRevisionField, version.ModRevision);
        writer.Int64(VersionField, version.Version);
        writer.Bytes(ValueField, value);
        writer.Int64(LeaseField, lease.Value);
        Invariant.Check(writer.Position == destination.Length);
    }

    /// <summary>Encoded size of a tombstone, which holds the key only.</summary>
    public static int SizeOfTombstone(int keyLength) => ProtoSize.Delimited(KeyField, keyLength);

    public static void WriteTombstone(Span<byte> destination, ReadOnlySpan<byte> key)
    {
        var writer = new ProtoWriter(destination);
        writer.Bytes(KeyField, key);
        Invariant.Check(writer.Position == destination.Length);
    }
}
