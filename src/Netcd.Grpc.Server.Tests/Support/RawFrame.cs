using System.Buffers.Binary;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>One frame as received.</summary>
public sealed record RawFrame(byte Type, byte Flags, int StreamId, byte[] Payload)
{
    /// <summary>END_STREAM, or ACK of a PING or SETTINGS.</summary>
    public bool IsLast => (Flags & 1) != 0;

    /// <summary>The error code of RST_STREAM.</summary>
    public uint ResetCode => BinaryPrimitives.ReadUInt32BigEndian(Payload);

    public int LastStreamId => BinaryPrimitives.ReadInt32BigEndian(Payload);

    /// <summary>The error code of GOAWAY.</summary>
    public uint GoAwayCode => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(4));

    public string DebugData => System.Text.Encoding.ASCII.GetString(Payload.AsSpan(8));
}
