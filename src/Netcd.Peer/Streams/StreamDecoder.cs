using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>
/// Reads the frames of one connection: <see cref="TryFindEnd"/> with what has arrived until there is a frame, then
/// <see cref="Read"/>. What it read before decides on the meaning of what follows.
/// </summary>
internal abstract class StreamDecoder
{
    /// <param name="kind">Which stream it is.</param>
    /// <param name="peer">Who sends.</param>
    /// <param name="self">Who receives.</param>
    /// <param name="messageBytesMax">Longest frame taken.</param>
    public static StreamDecoder For(StreamKind kind, MemberId peer, MemberId self, int messageBytesMax) =>
        kind == StreamKind.MsgApp
            ? new MsgAppDecoder(peer, self, messageBytesMax)
            : new MessageDecoder(messageBytesMax);

    /// <summary>
    /// Looks for the end of the frame that <paramref name="input"/> begins with. To be called again with more behind
    /// the same bytes when it is not there yet; only the new part is then looked at.
    /// </summary>
    /// <exception cref="StreamException">The frame is longer than allowed, or of no known kind.</exception>
    public abstract bool TryFindEnd(ReadOnlySpan<byte> input, out int length);

    /// <summary>
    /// Reads one whole frame, whose bytes the message keeps; null for a link heartbeat.
    /// </summary>
    /// <exception cref="StreamException">It holds no message.</exception>
    public Message? Read(ReadOnlyMemory<byte> owned)
    {
        try
        {
            return ReadFrame(owned);
        }
        catch (ProtoException damaged)
        {
            throw new StreamException($"proto: {damaged.Message}", damaged);
        }
    }

    protected abstract Message? ReadFrame(ReadOnlyMemory<byte> owned);

    protected static void CheckLength(ulong length, int max)
    {
        if (length > (ulong)max)
        {
            throw new StreamException($"error limit exceeded: a message of {length} bytes, at most {max} are taken");
        }
    }
}
