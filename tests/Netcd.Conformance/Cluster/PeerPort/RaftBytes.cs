using System.Buffers.Binary;
using Google.Protobuf;

namespace Netcd.Conformance.Cluster.PeerPort;

/// <summary>Raft messages as bytes, well formed or not: what peers send.</summary>
internal static class RaftBytes
{
    public const int App = 3;
    public const int Snap = 7;
    public const int HeartbeatResp = 9;

    private const int VarintType = 0;
    private const int BytesType = 2;

    /// <summary>raftpb.Message with type, to, from and term alone.</summary>
    public static byte[] Message(int type, ulong to, ulong from, ulong term, byte[]? snapshot = null) =>
        Write(output =>
        {
            Number(output, 1, (ulong)type);
            Number(output, 2, to);
            Number(output, 3, from);
            Number(output, 4, term);
            if (snapshot is not null)
            {
                Bytes(output, 9, snapshot);
            }
        });

    /// <summary>raftpb.Snapshot at an index, with voters.</summary>
    public static byte[] Snapshot(ulong index, ulong term, byte[] data, params ulong[] voters)
    {
        var confState = Write(output =>
        {
            foreach (var voter in voters)
            {
                Number(output, 1, voter);
            }
        });
        var metadata = Write(output =>
        {
            Bytes(output, 1, confState);
            Number(output, 2, index);
            Number(output, 3, term);
        });
        return Write(output =>
        {
            Bytes(output, 1, data);
            Bytes(output, 2, metadata);
        });
    }

    /// <summary>A length of eight bytes, then what may or may not be as long.</summary>
    public static byte[] Prefixed(ulong length, params byte[] body)
    {
        var bytes = new byte[sizeof(ulong) + body.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, length);
        body.CopyTo(bytes, sizeof(ulong));
        return bytes;
    }

    public static byte[] Framed(byte[] message) => Prefixed((ulong)message.Length, message);

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        write(output);
        output.Flush();
        return stream.ToArray();
    }

    private static void Number(CodedOutputStream output, uint field, ulong value)
    {
        output.WriteUInt32((field << 3) | VarintType);
        output.WriteUInt64(value);
    }

    private static void Bytes(CodedOutputStream output, uint field, byte[] value)
    {
        output.WriteUInt32((field << 3) | BytesType);
        output.WriteLength(value.Length);
        foreach (var one in value)
        {
            output.WriteRawTag(one);
        }
    }
}
