using Netcd.Base.Protobuf;
using Netcd.Base.Records;

namespace Netcd.Raft.Messages;

/// <summary>
/// Bytes of raft messages between members: proto2 with all scalars present, in the layout of etcd 3.5 or 3.6. Reading
/// takes both, newer releases' shorter form too. Source: raft's raftpb/raft.proto.
/// </summary>
/// <remarks>
/// The link heartbeat that keeps a stream alive, the shortest message there is:
/// <code>
/// 3.5: 08 08  10 00  18 00  20 00  28 00  30 00  40 00  4a 0a 12 08 0a 02 28 00 10 00 18 00  50 00  58 00
///      type 8 to     from   term   logterm index commit snapshot, empty                      reject hint
/// 3.6: 08 08  10 00  18 00  20 00  28 00  30 00  40 00  50 00  58 00  68 00
///      type 8 to     from   term   logterm index commit reject hint   vote
/// </code>
/// </remarks>
public static class MessageCodec
{
    /// <summary>Six numbers of at most ten bytes, with their tags.</summary>
    public const int BeforeEntriesBytesMax = 6 * 11;

    private static readonly Snapshot NoSnapshot = Snapshot.Empty;

    /// <summary>Encoded size in bytes.</summary>
    public static int Size(Message message, MessageForm form)
    {
        var size = 9 + ProtoSize.Varint((ulong)message.Type) + ProtoSize.Varint(message.To.Value)
            + ProtoSize.Varint(message.From.Value) + ProtoSize.Varint(message.Term.Value)
            + ProtoSize.Varint(message.LogTerm.Value) + ProtoSize.Varint(message.Index.Value)
            + ProtoSize.Varint(message.Commit.Value) + 1 + ProtoSize.Varint(message.RejectHint.Value)
            + ProtoSize.Bytes(12, message.Context.Length);
        foreach (ref readonly var entry in message.Entries.Span)
        {
            size += ProtoSize.Delimited(7, RecordCodec.Size(entry));
        }

        if (SnapshotToWrite(message, form) is { } snapshot)
        {
            size += ProtoSize.Delimited(9, RecordCodec.Size(snapshot));
        }

        return form == MessageForm.V36 ? size + 1 + ProtoSize.Varint(message.Vote.Value) : size;
    }

    /// <summary>Writes a message of the <see cref="Size"/> told before.</summary>
    public static void Write(ref ProtoWriter writer, Message message, MessageForm form)
    {
        WriteBeforeEntries(ref writer, message);
        foreach (ref readonly var entry in message.Entries.Span)
        {
            writer.DelimitedHeader(7, RecordCodec.Size(entry));
            RecordCodec.Write(ref writer, entry);
        }

        WriteAfterEntries(ref writer, message, form);
    }

    /// <summary>
    /// The first third of <see cref="Write"/>, for who writes the entries (field 7) itself: at most
    /// <see cref="BeforeEntriesBytesMax"/>.
    /// </summary>
    public static void WriteBeforeEntries(ref ProtoWriter writer, Message message)
    {
        writer.RequiredUInt64(1, (ulong)message.Type);
        writer.RequiredUInt64(2, message.To.Value);
        writer.RequiredUInt64(3, message.From.Value);
        writer.RequiredUInt64(4, message.Term.Value);
        writer.RequiredUInt64(5, message.LogTerm.Value);
        writer.RequiredUInt64(6, message.Index.Value);
    }

    /// <summary>The last third of <see cref="Write"/>.</summary>
    public static void WriteAfterEntries(ref ProtoWriter writer, Message message, MessageForm form)
    {
        writer.RequiredUInt64(8, message.Commit.Value);
        if (SnapshotToWrite(message, form) is { } snapshot)
        {
            writer.DelimitedHeader(9, RecordCodec.Size(snapshot));
            RecordCodec.Write(ref writer, snapshot);
        }

        writer.RequiredUInt64(10, message.Reject ? 1UL : 0UL);
        writer.RequiredUInt64(11, message.RejectHint.Value);
        writer.Bytes(12, message.Context.Span);
        if (form == MessageForm.V36)
        {
            writer.RequiredUInt64(13, message.Vote.Value);
        }
    }

    /// <summary>Encodes into a new array.</summary>
    public static byte[] Encode(Message message, MessageForm form)
    {
        var bytes = new byte[Size(message, form)];
        var writer = new ProtoWriter(bytes);
        Write(ref writer, message, form);
        Invariant.Check(writer.Position == bytes.Length);
        return bytes;
    }

    /// <summary>
    /// Reads a message. Entry data and context are parts of <paramref name="owned"/>, which the caller gives away: it
    /// must never change again.
    /// </summary>
    /// <exception cref="ProtoException">The bytes are not a message.</exception>
    public static Message Read(ReadOnlyMemory<byte> owned)
    {
        var fields = default(Fields);
        fields.Entries = CountEntries(owned.Span) is var count and > 0 ? new Entry[count] : [];
        var entryCount = 0;
        var span = owned.Span;
        var reader = new ProtoReader(span);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 7:
                    var length = reader.ReadBytes(wireType).Length;
                    fields.Entries[entryCount++] =
                        RecordCodec.ReadOwnedEntry(owned.Slice(reader.Position - length, length));
                    break;
                case 9:
                    fields.Snapshot = RecordCodec.ReadSnapshot(reader.ReadBytes(wireType));
                    break;
                case 12:
                    length = reader.ReadBytes(wireType).Length;
                    fields.Context = owned.Slice(reader.Position - length, length);
                    break;
                case >= 1 and <= 13:
                    SetScalar(ref fields, field, reader.ReadUInt64(wireType));
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return fields.ToMessage();
    }

    private static void SetScalar(ref Fields fields, int field, ulong value)
    {
        switch (field)
        {
            case 1:
                fields.Type = (MessageType)(int)value;
                break;
            case 2:
                fields.To = value;
                break;
            case 3:
                fields.From = value;
                break;
            case 4:
                fields.Term = value;
                break;
            case 5:
                fields.LogTerm = value;
                break;
            case 6:
                fields.Index = value;
                break;
            case 8:
                fields.Commit = value;
                break;
            case 10:
                fields.Reject = value != 0;
                break;
            case 11:
                fields.RejectHint = value;
                break;
            default:
                fields.Vote = value;
                break;
        }
    }

    /// <summary>A first look over the top level only, so that the entries fit one array of the right size.</summary>
    private static int CountEntries(ReadOnlySpan<byte> message)
    {
        var count = 0;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            count += field == 7 ? 1 : 0;
            reader.Skip(wireType);
        }

        return count;
    }

    private static Snapshot? SnapshotToWrite(Message message, MessageForm form) =>
        message.Snapshot ?? (form == MessageForm.V35 ? NoSnapshot : null);

    private ref struct Fields
    {
        public MessageType Type;
        public ulong To;
        public ulong From;
        public ulong Term;
        public ulong LogTerm;
        public ulong Index;
        public ulong Commit;
        public ulong Vote;
        public ulong RejectHint;
        public bool Reject;
        public Entry[] Entries;
        public Snapshot? Snapshot;
        public ReadOnlyMemory<byte> Context;

        /// <summary>3.5 always sends a snapshot field: an empty one means that there is none.</summary>
        public readonly Message ToMessage() => new()
        {
            Type = Type,
            To = new MemberId(To),
            From = new MemberId(From),
            Term = new Term(Term),
            LogTerm = new Term(LogTerm),
            Index = new LogIndex(Index),
            Entries = Entries,
            Commit = new LogIndex(Commit),
            Vote = new MemberId(Vote),
            Snapshot = Snapshot is { IsEmpty: false } ? Snapshot : null,
            Reject = Reject,
            RejectHint = new LogIndex(RejectHint),
            Context = Context,
        };
    }
}
