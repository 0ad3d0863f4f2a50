using System.Buffers;
using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>A message behind its length, as streams and snapshot requests carry it.</summary>
internal static class MessageFrame
{
    public const int LengthBytes = sizeof(ulong);

    // Up to here a frame is written in one piece; above, the data of entries is copied only into the output.
    private const int WholeBytesMax = 4 * 1024;

    /// <summary>Writes prefix, length and message.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> prefix, Message message)
    {
        var size = MessageCodec.Size(message, MessageForm.V36);
        if (size <= WholeBytesMax || message.Snapshot is not null)
        {
            var whole = output.GetSpan(prefix.Length + LengthBytes + size);
            prefix.CopyTo(whole);
            BinaryPrimitives.WriteUInt64BigEndian(whole[prefix.Length..], (ulong)size);
            var writer = new ProtoWriter(whole.Slice(prefix.Length + LengthBytes, size));
            MessageCodec.Write(ref writer, message, MessageForm.V36);
            Invariant.Check(writer.Position == size);
            output.Advance(prefix.Length + LengthBytes + size);
            return;
        }

        WriteInParts(output, prefix, message, size);
    }

    /// <summary>Writes the records of an entry up to its data, then the data.</summary>
    public static void WriteEntry(IBufferWriter<byte> output, ReadOnlySpan<byte> prefix, in Entry entry)
    {
        var dataLength = entry.Data.Length;
        var headLength = RecordCodec.Size(entry) - dataLength;
        var span = output.GetSpan(prefix.Length + headLength);
        prefix.CopyTo(span);
        var writer = new ProtoWriter(span.Slice(prefix.Length, headLength));
        RecordCodec.WriteUpToData(ref writer, entry);
        Invariant.Check(writer.Position == headLength);
        output.Advance(prefix.Length + headLength);
        output.Write(entry.Data.Span);
    }

    private static void WriteInParts(
        IBufferWriter<byte> output, ReadOnlySpan<byte> prefix, Message message, int size)
    {
        var head = output.GetSpan(prefix.Length + LengthBytes + MessageCodec.BeforeEntriesBytesMax);
        prefix.CopyTo(head);
        BinaryPrimitives.WriteUInt64BigEndian(head[prefix.Length..], (ulong)size);
        var before = new ProtoWriter(head[(prefix.Length + LengthBytes)..]);
        MessageCodec.WriteBeforeEntries(ref before, message);
        output.Advance(prefix.Length + LengthBytes + before.Position);

        var written = before.Position;
        Span<byte> tag = stackalloc byte[16];
        foreach (ref readonly var entry in message.Entries.Span)
        {
            var length = RecordCodec.Size(entry);
            var tagWriter = new ProtoWriter(tag);
            tagWriter.DelimitedHeader(7, length);
            WriteEntry(output, tag[..tagWriter.Position], entry);
            written += tagWriter.Position + length;
        }

        var after = new ProtoWriter(output.GetSpan(size - written));
        MessageCodec.WriteAfterEntries(ref after, message, MessageForm.V36);
        Invariant.Check(written + after.Position == size);
        output.Advance(after.Position);
    }
}
