using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>Value of bucket <c>lease</c>: leasepb.Lease {ID 1, TTL 2, RemainingTTL 3}.</summary>
internal readonly record struct LeaseRecord(LeaseId Id, long TtlSeconds, long RemainingTtlSeconds)
{
    /// <summary>Longest encoding: three tags and three varints.</summary>
    public const int BytesMax = 33;

    /// <summary>Writes the record; returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        var writer = new ProtoWriter(destination);
        writer.Int64(1, Id.Value);
        writer.Int64(2, TtlSeconds);
        writer.Int64(3, RemainingTtlSeconds);
        return writer.Position;
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="CorruptionException">It is no leasepb.Lease, or names no lease.</exception>
    public static LeaseRecord Parse(ReadOnlySpan<byte> record)
    {
        long id = 0, ttl = 0, remaining = 0;
        try
        {
            var reader = new ProtoReader(record);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case 1: id = reader.ReadInt64(wireType); break;
                    case 2: ttl = reader.ReadInt64(wireType); break;
                    case 3: remaining = reader.ReadInt64(wireType); break;
                    default: reader.Skip(wireType); break;
                }
            }
        }
        catch (ProtoException problem)
        {
            throw new CorruptionException("bucket lease", $"value is no lease: {problem.Message}", problem);
        }

        return id != 0
            ? new LeaseRecord(new LeaseId(id), ttl, remaining)
            : throw new CorruptionException("bucket lease", "lease without an id");
    }
}
