using System.Buffers;
using System.Buffers.Binary;
using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>
/// Frames of the append stream (server/etcdserver/api/rafthttp/msgappv2_codec.go). An append that continues where the
/// one before ended, in the same term, leaves out what both sides know. All numbers big endian:
/// <code>
/// 00                                              link heartbeat
/// 01 | u64 n | n x (u64 length | entry) | u64 commit     continues
/// 02 | u64 length | message                       anything else
/// </code>
/// </summary>
internal sealed class MsgAppEncoder : StreamEncoder
{
    internal const byte LinkHeartbeat = 0;
    internal const byte AppEntries = 1;
    internal const byte WholeMessage = 2;

    // Where the append before ended, which the receiver follows too.
    private ulong _term;
    private ulong _index;

    public override void WriteLinkHeartbeat(IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = LinkHeartbeat;
        output.Advance(1);
    }

    public override void Write(IBufferWriter<byte> output, Message message)
    {
        var entries = message.Entries.Span;
        if (_index == message.Index.Value && _term == message.LogTerm.Value && message.LogTerm == message.Term)
        {
            WriteEntries(output, entries, message.Commit.Value);
            _index += (ulong)entries.Length;
            return;
        }

        MessageFrame.Write(output, [WholeMessage], message);
        _term = message.Term.Value;
        _index = entries.IsEmpty ? message.Index.Value : entries[^1].Index.Value;
    }

    private static void WriteEntries(IBufferWriter<byte> output, ReadOnlySpan<Entry> entries, ulong commit)
    {
        var head = output.GetSpan(1 + sizeof(ulong));
        head[0] = AppEntries;
        BinaryPrimitives.WriteUInt64BigEndian(head[1..], (ulong)entries.Length);
        output.Advance(1 + sizeof(ulong));
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        foreach (ref readonly var entry in entries)
        {
            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)RecordCodec.Size(entry));
            MessageFrame.WriteEntry(output, length, entry);
        }

        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(sizeof(ulong)), commit);
        output.Advance(sizeof(ulong));
    }
}
