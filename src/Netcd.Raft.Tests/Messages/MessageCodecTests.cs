using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.Messages;

public sealed class MessageCodecTests
{
    [Theory]
    [InlineData(0, "0808100018002000280030004000" + "4a0a12080a02280010001800" + "50005800")]
    [InlineData(1, "0808100018002000280030004000" + "50005800" + "6800")]
    public void Link_heartbeat_has_the_bytes_of_its_release(int form, string hex)
    {
        var message = new Message { Type = MessageType.Heartbeat };
        Assert.Equal(hex, Convert.ToHexStringLower(MessageCodec.Encode(message, (MessageForm)form)));
        AssertSame(message, MessageCodec.Read(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Every_field_survives_both_forms()
    {
        var random = new Prng(7);
        for (var round = 0; round < 500; round++)
        {
            var message = RandomMessage(random);
            AssertSame(message with { Vote = MemberId.None }, Recode(message, MessageForm.V35));
            AssertSame(message, Recode(message, MessageForm.V36));
        }
    }

    [Fact]
    public void Minimal_form_of_newer_releases_is_read()
    {
        // type 3 (App), to 1, from 2, term 5; an entry {term 5, index 9}; commit 8.
        var message = MessageCodec.Read(Convert.FromHexString("080310011802" + "2005" + "3a0410051809" + "4008"));
        Assert.Equal(new Entry(new Term(5), new LogIndex(9), EntryType.Normal, default), message.Entries.Span[0]);
        Assert.Equal(new LogIndex(8), message.Commit);
        Assert.Null(message.Snapshot);
    }

    [Fact]
    public void Unknown_fields_are_skipped()
    {
        // Field 14 (responses), 20 as varint, 21 as fixed64.
        var message = MessageCodec.Read(Convert.FromHexString("0808" + "72020808" + "a00105" + "a9010000000000000000"));
        Assert.Equal(MessageType.Heartbeat, message.Type);
    }

    [Theory]
    [InlineData("08")]
    [InlineData("3a05")]
    [InlineData("0a0108")]
    [InlineData("3a020a08")]
    [InlineData("4a0212ff")]
    [InlineData("08ffffffffffffffffffff01")]
    public void Damaged_bytes_are_refused(string hex) =>
        Assert.Throws<ProtoException>(() => MessageCodec.Read(Convert.FromHexString(hex)));

    [Fact]
    public void Damage_never_does_more_than_a_refusal()
    {
        var random = new Prng(11);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = MessageCodec.Encode(RandomMessage(random), MessageForm.V36);
            for (var change = 0; change < 3; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.NextUInt64();
            }

            try
            {
                MessageCodec.Read(bytes.AsMemory(0, random.Next(bytes.Length + 1)));
            }
            catch (ProtoException)
            {
                // That is the one way to say no.
            }
        }
    }

    internal static void AssertSame(Message expected, Message actual)
    {
        Assert.Equal(
            expected with { Entries = default, Context = default, Snapshot = null },
            actual with { Entries = default, Context = default, Snapshot = null });
        Assert.True(expected.Context.Span.SequenceEqual(actual.Context.Span));
        Assert.Equal(expected.Snapshot?.Metadata, actual.Snapshot?.Metadata);
        Assert.Equal(expected.Entries.Length, actual.Entries.Length);
        for (var i = 0; i < expected.Entries.Length; i++)
        {
            var (left, right) = (expected.Entries.Span[i], actual.Entries.Span[i]);
            Assert.Equal(left with { Data = default }, right with { Data = default });
            Assert.True(left.Data.Span.SequenceEqual(right.Data.Span));
        }
    }

    private static Message Recode(Message message, MessageForm form) =>
        MessageCodec.Read(MessageCodec.Encode(message, form));

    private static Message RandomMessage(Prng random)
    {
        var entries = new Entry[random.Next(4)];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new Entry(
                new Term(Number(random)), new LogIndex(Number(random)), (EntryType)random.Next(3), Bytes(random));
        }

        var snapshot = new Snapshot(
            new SnapshotMetadata(
                new LogIndex(Number(random) | 1),
                new Term(Number(random)),
                new ConfState { Voters = [new MemberId(1), new MemberId(Number(random) | 2)], AutoLeave = random.Percent(50) }),
            Bytes(random));
        return new Message
        {
            Type = (MessageType)random.Next(24),
            To = new MemberId(Number(random)),
            From = new MemberId(Number(random)),
            Term = new Term(Number(random)),
            LogTerm = new Term(Number(random)),
            Index = new LogIndex(Number(random)),
            Entries = entries,
            Commit = new LogIndex(Number(random)),
            Vote = new MemberId(Number(random)),
            Snapshot = random.Percent(30) ? snapshot : null,
            Reject = random.Percent(50),
            RejectHint = new LogIndex(Number(random)),
            Context = Bytes(random),
        };
    }

    private static ulong Number(Prng random) => random.NextUInt64() >> random.Next(64);

    private static byte[] Bytes(Prng random)
    {
        var bytes = new byte[random.Next(20)];
        random.Fill(bytes);
        return bytes;
    }
}
