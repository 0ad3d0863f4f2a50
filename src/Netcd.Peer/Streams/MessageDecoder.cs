using System.Buffers.Binary;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>The reading side of <see cref="MessageEncoder"/>.</summary>
internal sealed class MessageDecoder(int messageBytesMax) : StreamDecoder
{
    public override bool TryFindEnd(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        if (input.Length < MessageFrame.LengthBytes)
        {
            return false;
        }

        var body = BinaryPrimitives.ReadUInt64BigEndian(input);
        CheckLength(body, messageBytesMax);
        length = MessageFrame.LengthBytes + (int)body;
        return input.Length >= length;
    }

    protected override Message? ReadFrame(ReadOnlyMemory<byte> owned)
    {
        var message = MessageCodec.Read(owned[MessageFrame.LengthBytes..]);
        return message is { Type: MessageType.Heartbeat, From.IsNone: true, To.IsNone: true } ? null : message;
    }
}
