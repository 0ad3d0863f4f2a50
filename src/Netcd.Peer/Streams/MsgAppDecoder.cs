using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>The reading side of <see cref="MsgAppEncoder"/>.</summary>
internal sealed class MsgAppDecoder(MemberId peer, MemberId self, int messageBytesMax) : StreamDecoder
{
    private const int CountEnd = 1 + sizeof(ulong);

    private ulong _term;
    private ulong _index;

    // Where the search for the end of a compact frame goes on: an offset in it, and how many entries begin there.
    // Zero at the start of each frame.
    private int _scanned;
    private ulong _entriesLeft;

    public override bool TryFindEnd(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        if (input.IsEmpty)
        {
            return false;
        }

        switch (input[0])
        {
            case MsgAppEncoder.LinkHeartbeat:
                length = 1;
                return true;
            case MsgAppEncoder.AppEntries:
                return TryFindEntriesEnd(input, out length);
            case MsgAppEncoder.WholeMessage:
                if (input.Length < CountEnd)
                {
                    return false;
                }

                var body = BinaryPrimitives.ReadUInt64BigEndian(input[1..]);
                CheckLength(body, messageBytesMax);
                length = CountEnd + (int)body;
                return input.Length >= length;
            default:
                throw new StreamException($"failed to parse type {input[0]} in msgappv2 stream");
        }
    }

    protected override Message? ReadFrame(ReadOnlyMemory<byte> owned)
    {
        switch (owned.Span[0])
        {
            case MsgAppEncoder.LinkHeartbeat:
                return null;
            case MsgAppEncoder.AppEntries:
                return ReadEntries(owned);
            default:
                var message = MessageCodec.Read(owned[CountEnd..]);
                var entries = message.Entries.Span;
                _term = message.Term.Value;
                _index = entries.IsEmpty ? message.Index.Value : entries[^1].Index.Value;
                return message;
        }
    }

    private bool TryFindEntriesEnd(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        if (_scanned == 0)
        {
            if (input.Length < CountEnd)
            {
                return false;
            }

            // Each entry takes at least its length's eight bytes.
            var count = BinaryPrimitives.ReadUInt64BigEndian(input[1..]);
            CheckLength(count, messageBytesMax / sizeof(ulong));
            _entriesLeft = count;
            _scanned = CountEnd;
        }

        while (_entriesLeft > 0)
        {
            if (_scanned > input.Length - sizeof(ulong))
            {
                return false;
            }

            var entryLength = BinaryPrimitives.ReadUInt64BigEndian(input[_scanned..]);
            CheckLength(entryLength, messageBytesMax);
            var end = (ulong)_scanned + sizeof(ulong) + entryLength;
            CheckLength(end, messageBytesMax);
            _scanned = (int)end;
            _entriesLeft--;
        }

        length = _scanned + sizeof(ulong);
        if (input.Length < length)
        {
            return false;
        }

        _scanned = 0;
        return true;
    }

    private Message ReadEntries(ReadOnlyMemory<byte> owned)
    {
        var span = owned.Span;
        var count = (int)BinaryPrimitives.ReadUInt64BigEndian(span[1..]);
        var entries = count == 0 ? [] : new Entry[count];
        var position = CountEnd;
        for (var i = 0; i < count; i++)
        {
            var length = (int)BinaryPrimitives.ReadUInt64BigEndian(span[position..]);
            position += sizeof(ulong);
            entries[i] = RecordCodec.ReadOwnedEntry(owned.Slice(position, length));
            position += length;
        }

        var message = new Message
        {
            Type = MessageType.App,
            From = peer,
            To = self,
            Term = new Term(_term),
            LogTerm = new Term(_term),
            Index = new LogIndex(_index),
            Entries = entries,
            Commit = new LogIndex(BinaryPrimitives.ReadUInt64BigEndian(span[position..])),
        };
        _index += (ulong)count;
        return message;
    }
}
