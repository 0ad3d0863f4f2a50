using System.Buffers;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Peer.Streams;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Tests.Streams;

/// <summary>
/// The two streams' frames: what is written is read, however it is cut; what is none of it is refused.
/// </summary>
public sealed class StreamCodecTests
{
    private static readonly MemberId Peer = new(0xa);
    private static readonly MemberId Self = new(0xb);

    [Theory]
    [InlineData(StreamKind.Message, 1)]
    [InlineData(StreamKind.Message, 2)]
    [InlineData(StreamKind.MsgApp, 3)]
    [InlineData(StreamKind.MsgApp, 4)]
    internal void Messages_are_read_as_they_were_written_wherever_the_bytes_are_cut(StreamKind kind, ulong seed)
    {
        var random = new Prng(seed);
        var encoder = StreamEncoder.For(kind);
        var output = new ArrayBufferWriter<byte>();
        var sent = new List<Message>();
        var last = new LogIndex(10);
        for (var i = 0; i < 300; i++)
        {
            if (random.Percent(10))
            {
                encoder.WriteLinkHeartbeat(output);
            }

            var message = Append(random, ref last, kind);
            sent.Add(message);
            encoder.Write(output, message);
        }

        var received = ReadInPieces(kind, output.WrittenMemory, random);
        Assert.Equal(sent.Count, received.Count);
        for (var i = 0; i < sent.Count; i++)
        {
            Assert.Equal(
                Convert.ToHexString(MessageCodec.Encode(sent[i], MessageForm.V36)),
                Convert.ToHexString(MessageCodec.Encode(received[i], MessageForm.V36)));
        }
    }

    [Fact]
    public void An_append_that_continues_the_one_before_is_written_in_short_form()
    {
        var encoder = new MsgAppEncoder();
        var output = new ArrayBufferWriter<byte>();
        encoder.Write(output, App(term: 2, logTerm: 2, index: 5, 6));
        Assert.Equal(2, output.WrittenSpan[0]);
        var whole = output.WrittenCount;
        encoder.Write(output, App(term: 2, logTerm: 2, index: 6));

        // Kind, no entries, commit: the 17 bytes that a commit alone takes.
        Assert.Equal(
            "01" + "0000000000000000" + "0000000000000003", Convert.ToHexString(output.WrittenSpan[whole..]));
    }

    [Theory]
    [InlineData("entry before of an older term", 3, 2, 6)]
    [InlineData("a gap", 2, 2, 9)]
    public void An_append_that_does_not_continue_is_written_whole(string why, ulong term, ulong logTerm, ulong index)
    {
        var encoder = new MsgAppEncoder();
        var output = new ArrayBufferWriter<byte>();
        encoder.Write(output, App(term: 2, logTerm: 2, index: 5, 6));
        var before = output.WrittenCount;
        encoder.Write(output, App(term, logTerm, index));
        Assert.True(output.WrittenSpan[before] == 2, why);
    }

    [Theory]
    [InlineData(StreamKind.Message, "0000000100000000", "4 GiB message")]
    [InlineData(StreamKind.Message, "FFFFFFFFFFFFFFFF", "message of 2^64-1")]
    [InlineData(StreamKind.MsgApp, "020000000100000000", "4 GiB append")]
    [InlineData(StreamKind.MsgApp, "010000000100000000", "2^32 entries")]
    [InlineData(StreamKind.MsgApp, "01FFFFFFFFFFFFFFFF", "2^64-1 entries")]
    [InlineData(StreamKind.MsgApp, "0100000000000000010000000100000000", "4 GiB entry")]
    [InlineData(StreamKind.MsgApp, "010000000000000001FFFFFFFFFFFFFFFF", "entry of 2^64-1")]
    [InlineData(StreamKind.MsgApp, "03", "unknown kind")]
    internal void A_frame_too_long_or_unknown_is_refused_before_its_bytes_come(StreamKind kind, string hex, string what)
    {
        var decoder = StreamDecoder.For(kind, Peer, Self, Limits.MessageBytesMin);
        var error = Assert.Throws<StreamException>(() => decoder.TryFindEnd(Convert.FromHexString(hex), out _));
        Assert.True(error.Message.Length > 0, what);
    }

    [Theory]
    [InlineData(StreamKind.Message)]
    [InlineData(StreamKind.MsgApp)]
    internal void Garbage_and_damaged_frames_are_refused_and_nothing_else_happens(StreamKind kind)
    {
        var random = new Prng(77);
        for (var round = 0; round < 20_000; round++)
        {
            var encoder = StreamEncoder.For(kind);
            var output = new ArrayBufferWriter<byte>();
            var last = new LogIndex(3);
            for (var i = 0; i < 3; i++)
            {
                encoder.Write(output, Append(random, ref last, kind, bytesMax: 40));
            }

            var bytes = output.WrittenSpan.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(1, bytes.Length)];
            try
            {
                ReadInPieces(kind, bytes, random);
            }
            catch (StreamException)
            {
                // As it should be.
            }
        }
    }

    private static List<Message> ReadInPieces(StreamKind kind, ReadOnlyMemory<byte> bytes, Prng random)
    {
        var decoder = StreamDecoder.For(kind, Peer, Self, 1 << 20);
        using var buffer = new ReadBuffer(1 << 20);
        var received = new List<Message>();
        while (bytes.Length > 0)
        {
            var free = buffer.Free();
            var count = Math.Min(Math.Min(bytes.Length, free.Length), random.Next(1, random.Percent(20) ? 40_000 : 60));
            bytes[..count].CopyTo(free);
            bytes = bytes[count..];
            buffer.Append(count);
            buffer.Decode(null);
            while (decoder.TryFindEnd(buffer.Bytes, out var length))
            {
                var owned = buffer.Bytes[..length].ToArray();
                buffer.Consume(length);
                if (decoder.Read(owned) is { } message)
                {
                    received.Add(message);
                }
            }
        }

        return received;
    }

    private static Message App(ulong term, ulong logTerm, ulong index, params ulong[] entries) => new()
    {
        Type = MessageType.App,
        From = Peer,
        To = Self,
        Term = new Term(term),
        LogTerm = new Term(logTerm),
        Index = new LogIndex(index),
        Commit = new LogIndex(3),
        Entries = entries.Select(entry => new Entry(
            new Term(term), new LogIndex(entry), EntryType.Normal, "data"u8.ToArray())).ToArray(),
    };

    private static Message Append(Prng random, ref LogIndex last, StreamKind kind, int bytesMax = 9_000)
    {
        if (kind == StreamKind.Message && random.Percent(50))
        {
            return new Message
            {
                Type = MessageType.HeartbeatResp,
                From = Peer,
                To = Self,
                Term = new Term(random.NextUInt64()),
                Context = random.Percent(50) ? "8 bytes."u8.ToArray() : default,
            };
        }

        if (random.Percent(20))
        {
            last = new LogIndex((ulong)random.Next(1, 1000));
        }

        var first = last;
        var entries = new Entry[random.Next(4)];
        for (var i = 0; i < entries.Length; i++)
        {
            var data = new byte[random.Percent(10) ? random.Next(bytesMax) : random.Next(30)];
            random.Fill(data);
            last = new LogIndex(last.Value + 1);
            entries[i] = new Entry(
                new Term(2), last, random.Percent(5) ? EntryType.ConfChange : EntryType.Normal, data);
        }

        return new Message
        {
            Type = MessageType.App,
            From = Peer,
            To = Self,
            Term = new Term(2),
            LogTerm = new Term((ulong)random.Next(1, 2)),
            Index = first,
            Commit = new LogIndex((ulong)random.Next(100)),
            Entries = entries,
        };
    }
}
