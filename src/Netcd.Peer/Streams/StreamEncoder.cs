using System.Buffers;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>Writes the frames of one connection. What it wrote before decides on the form of what follows.</summary>
internal abstract class StreamEncoder
{
    public static StreamEncoder For(StreamKind kind) =>
        kind == StreamKind.MsgApp ? new MsgAppEncoder() : new MessageEncoder();

    public abstract void Write(IBufferWriter<byte> output, Message message);

    /// <summary>Writes what keeps a quiet connection alive.</summary>
    public abstract void WriteLinkHeartbeat(IBufferWriter<byte> output);
}
