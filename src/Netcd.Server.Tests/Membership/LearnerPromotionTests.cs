using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Tracker;
using Netcd.Server.Membership;

namespace Netcd.Server.Tests.Membership;

public sealed class LearnerPromotionTests
{
    [Theory]
    [InlineData(90UL,  Refusal.None)]
    [InlineData(89UL,  Refusal.LearnerNotReady)]
    [InlineData(100UL, Refusal.None)]
    [InlineData(0UL,   Refusal.LearnerNotReady)]
    public void A_learner_is_ready_with_nine_tenths_of_the_leaders_log(ulong match, Refusal refusal) =>
        Assert.Equal(refusal, LearnerPromotion.Check(Status((1, 100), (2, 100), (3, match)), new MemberId(3)));

    [Fact]
    public void Only_the_leader_knows() =>
        Assert.Equal(Refusal.NotLeader, LearnerPromotion.Check(Status(), new MemberId(3)));

    [Fact]
    public void Who_is_no_member_is_not_found() =>
        Assert.Equal(Refusal.MemberNotFound, LearnerPromotion.Check(Status((1, 100)), new MemberId(3)));

    [Fact]
    public void A_member_that_stopped_says_so() =>
        Assert.Equal(Refusal.Stopped, LearnerPromotion.Check(null, new MemberId(3)));

    private static RaftStatus Status(params (ulong Id, ulong Match)[] progress) => new()
    {
        Id = new MemberId(1),
        Term = new Term(1),
        Vote = MemberId.None,
        CommitIndex = new LogIndex(100),
        AppliedIndex = new LogIndex(100),
        FirstIndex = new LogIndex(1),
        LastIndex = new LogIndex(100),
        Leader = new MemberId(1),
        Role = RaftRole.Leader,
        Transferee = MemberId.None,
        ConfState = new ConfState(),
        Progress =
        [
            .. progress.Select(member => new ProgressStatus
            {
                Id = new MemberId(member.Id),
                Match = new LogIndex(member.Match),
                Next = new LogIndex(member.Match + 1),
                State = ProgressState.Replicate,
                PendingSnapshot = LogIndex.Zero,
                IsLearner = false,
                IsRecentlyActive = true,
                IsPaused = false,
                InflightMessages = 0,
            }),
        ],
    };
}
