using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Boot;

/// <summary>The metadata record of a log (etcdserverpb.Metadata, proto2): NodeID 1, ClusterID 2.</summary>
internal readonly record struct WalMetadata(MemberId MemberId, ulong ClusterId)
{
    internal byte[] Encode()
    {
        var bytes = new byte[2 + ProtoSize.Varint(MemberId.Value) + ProtoSize.Varint(ClusterId)];
        var writer = new ProtoWriter(bytes);
        writer.RequiredUInt64(1, MemberId.Value);
        writer.RequiredUInt64(2, ClusterId);
        return bytes;
    }

    internal static WalMetadata Decode(ReadOnlySpan<byte> message, string place)
    {
        try
        {
            var metadata = default(WalMetadata);
            var reader = new ProtoReader(message);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case 1:
                        metadata = metadata with { MemberId = new MemberId(reader.ReadUInt64(wireType)) };
                        break;
                    case 2:
                        metadata = metadata with { ClusterId = reader.ReadUInt64(wireType) };
                        break;
                    default:
                        reader.Skip(wireType);
                        break;
                }
            }

            return metadata.MemberId.IsNone
                ? throw new CorruptionException(place, "the log's metadata names no member")
                : metadata;
        }
        catch (ProtoException problem)
        {
            throw new CorruptionException(place, $"malformed metadata: {problem.Message}", problem);
        }
    }
}
