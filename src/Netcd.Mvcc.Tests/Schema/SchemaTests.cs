using Netcd.Base;
using Netcd.Base.Records;

namespace Netcd.Mvcc.Tests;

public sealed class SchemaTests
{
    [Fact]
    public void Revision_keys_have_the_bytes_of_the_format()
    {
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        Assert.Equal(17, RevisionKey.Write(key, new Revision(2, 0), tombstone: false));
        Assert.Equal("00000000000000025F0000000000000000", Convert.ToHexString(key[..17]));
        Assert.Equal(18, RevisionKey.Write(key, new Revision(3, 1), tombstone: true));
        Assert.Equal("00000000000000035F000000000000000174", Convert.ToHexString(key));
        Assert.Equal(new Revision(3, 1), RevisionKey.Read(key, out var tombstone));
        Assert.True(tombstone);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000000000000025F00000000000000")]
    [InlineData("00000000000000026F0000000000000000")]
    [InlineData("00000000000000035F000000000000000175")]
    [InlineData("00000000000000035F00000000000000017474")]
    [InlineData("00000000000000035F0000000080000000")]
    [InlineData("00000000000000035F8000000000000000")]
    [InlineData("80000000000000035F0000000000000000")]
    public void What_is_no_revision_key_is_corruption(string key) =>
        Assert.Throws<CorruptionException>(() => RevisionKey.Read(Convert.FromHexString(key), out _));

    [Theory]
    [InlineData("a", "b", 2, 3, 4, 5, "0A0161100218032004" + "2A0162" + "3005")]
    [InlineData("a", "", 2, 2, 1, 0, "0A0161100218022001")]
    [InlineData("key", "v", 300, 301, 128, -1, "0A036B657910AC0218AD02208001" + "2A0176" + "30FFFFFFFFFFFFFFFFFF01")]
    public void Stored_key_values_are_canonical_protobuf(
        string key, string value, long create, long mod, long version, long lease, string bytes)
    {
        var counters = new KeyVersion(create, mod, version);
        var stored = new byte[StoredKeyValue.SizeOf(key.Length, value.Length, counters, new LeaseId(lease))];
        StoredKeyValue.Write(stored, TestStore.Bytes(key), TestStore.Bytes(value), counters, new LeaseId(lease));
        Assert.Equal(bytes, Convert.ToHexString(stored));
        var record = StoredKeyValue.Parse(stored);
        Assert.Equal((key, value), (TestStore.Text(record.Key), TestStore.Text(record.Value)));
        Assert.Equal(
            (create, mod, version, lease),
            (record.CreateRevision, record.ModRevision, record.Version, record.Lease.Value));
    }

    [Fact]
    public void A_record_that_is_no_message_is_corruption() =>
        Assert.Throws<CorruptionException>(() => StoredKeyValue.Parse([0x0A, 0x05, 0x61]));

    [Fact]
    public void A_configuration_is_written_as_Go_writes_it()
    {
        var single = new ConfState { Voters = [new MemberId(7495031447933331285)] };
        Assert.Equal(
            """{"voters":[7495031447933331285],"auto_leave":false}""", TestStore.Text(ConfStateJson.Write(single)));
        var joint = new ConfState
        {
            Voters = [new MemberId(1), new MemberId(ulong.MaxValue)],
            Learners = [new MemberId(3)],
            VotersOutgoing = [new MemberId(1), new MemberId(2)],
            LearnersNext = [new MemberId(2)],
            AutoLeave = true,
        };
        var text = ConfStateJson.Write(joint);
        Assert.Equal(
            """{"voters":[1,18446744073709551615],"learners":[3],"voters_outgoing":[1,2],"learners_next":[2],"auto_leave":true}""",
            TestStore.Text(text));
        Assert.Equal(joint, ConfStateJson.Read(text));
        Assert.Equal(single, ConfStateJson.Read("""{"voters":[7495031447933331285]}"""u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"voters":[1.5]}""")]
    [InlineData("""{"voters":[-1]}""")]
    [InlineData("""{"voters":"x"}""")]
    public void A_configuration_that_is_none_is_corruption(string text) =>
        Assert.Throws<CorruptionException>(() => ConfStateJson.Read(TestStore.Bytes(text)));
}
