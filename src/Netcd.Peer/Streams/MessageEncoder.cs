using System.Buffers;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>
/// Frames of the message stream: length (8 bytes, big endian), then the message. A link heartbeat is a heartbeat from
/// nobody to nobody.
/// </summary>
internal sealed class MessageEncoder : StreamEncoder
{
    private static readonly Message LinkHeartbeat = new() { Type = MessageType.Heartbeat };

    public override void Write(IBufferWriter<byte> output, Message message) =>
        MessageFrame.Write(output, [], message);

    public override void WriteLinkHeartbeat(IBufferWriter<byte> output) => Write(output, LinkHeartbeat);
}
