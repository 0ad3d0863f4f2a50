using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;

namespace Netcd.Raft.Tests.ConfChanges;

public sealed class ConfChangeCodecTests
{
    [Fact]
    public void Bootstrap_change_has_etcds_bytes()
    {
        // id 0, type AddNode, node_id 0x6803b3643a72a755 as varint, context "x".
        var change = new ConfChange
        {
            Type = ConfChangeType.AddNode, MemberId = new MemberId(0x6803b3643a72a755), Context = "x"u8.ToArray(),
        };
        Assert.Equal("0800" + "1000" + "18d5cecad3c3ecec8168" + "220178", Convert.ToHexStringLower(ConfChangeCodec.Encode(change)));
    }

    [Fact]
    public void Change_of_one_member_survives()
    {
        var change = ConfChangeCodec.Read(ConfChangeCodec.Encode(new ConfChange
        {
            Id = ulong.MaxValue,
            Type = ConfChangeType.AddLearnerNode,
            MemberId = new MemberId(300),
            Context = "{}"u8.ToArray(),
        }));
        Assert.Equal(ulong.MaxValue, change.Id);
        Assert.Equal(ConfChangeType.AddLearnerNode, change.Type);
        Assert.Equal(new MemberId(300), change.MemberId);
        Assert.True(change.Context.Span.SequenceEqual("{}"u8));
    }

    [Fact]
    public void Change_of_several_members_survives()
    {
        var change = new ConfChangeV2
        {
            Transition = ConfChangeTransition.JointExplicit,
            Changes =
            [
                new ConfChangeSingle(ConfChangeType.AddNode, new MemberId(1)),
                new ConfChangeSingle(ConfChangeType.RemoveNode, new MemberId(ulong.MaxValue)),
            ],
            Context = "ctx"u8.ToArray(),
        };
        var read = ConfChangeCodec.ReadV2(ConfChangeCodec.Encode(change));
        Assert.Equal(change.Transition, read.Transition);
        Assert.Equal(change.Changes, read.Changes);
        Assert.True(read.Context.Span.SequenceEqual("ctx"u8));
    }

    [Fact]
    public void No_bytes_leave_a_joint_configuration()
    {
        Assert.True(ConfChangeCodec.ReadV2([]).LeavesJoint);
        var entry = new Entry(new Term(1), new LogIndex(1), EntryType.ConfChangeV2, default);
        Assert.True(ConfChangeCodec.ReadEntry(entry).LeavesJoint);
    }

    [Theory]
    [InlineData("0a00")]
    [InlineData("18")]
    [InlineData("2205aa")]
    public void Damaged_bytes_are_refused(string hex)
    {
        Assert.Throws<ProtoException>(() => ConfChangeCodec.Read(Convert.FromHexString(hex)));
        Assert.Throws<ProtoException>(() => ConfChangeCodec.ReadV2(Convert.FromHexString(hex == "0a00" ? hex : "12" + hex)));
    }
}
