using Netcd.Base;
using Netcd.Server.Loops;
using Netcd.Server.Peers;
using Netcd.Server.Tests.Peers;
using Netcd.Server.Waiting;
using Netcd.TestKit;

namespace Netcd.Server.Tests.Waiting;

/// <summary>Member 1 of three; times in seconds; the election timeout is one second.</summary>
public sealed class TimeoutReasonTests
{
    private static readonly MemberId Other = new(2);

    private readonly MemberStatus _status = new();
    private readonly FakePeerTransport _transport = new();
    private readonly TimeoutReason _reason;

    public TimeoutReasonTests() => _reason = new TimeoutReason(
        TestMembers.Self, _status, new PeerHealth(TestMembers.Self, _transport), new ManualTime(),
        TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(10, Refusal.DeadlineExceeded)] // Nobody ever took it.
    [InlineData(5,  Refusal.Timeout)]
    public void Without_a_leader_it_matters_whether_there_was_one_at_first(int started, Refusal refusal)
    {
        _status.LeaderLost = At(8);
        Assert.Equal(refusal, Of(started));
    }

    [Theory]
    [InlineData(9,  Refusal.TimeoutLeaderFailed)]
    [InlineData(7,  Refusal.Timeout)]
    [InlineData(11, Refusal.Timeout)]
    public void What_began_while_a_leader_was_elected_died_with_the_one_before(int started, Refusal refusal)
    {
        _status.Leader = Other;
        _status.LeaderSince = At(10);
        _transport.Active[Other] = At(1);
        Assert.Equal(refusal, Of(started));
    }

    [Theory]
    [InlineData(19, Refusal.Timeout)]
    [InlineData(21, Refusal.TimeoutConnectionLost)] // Heard from again only since then.
    [InlineData(0,  Refusal.TimeoutConnectionLost)]
    public void A_follower_that_lost_its_leader_in_between_says_so(int active, Refusal refusal)
    {
        _status.Leader = Other;
        Hear(Other, active);
        Assert.Equal(refusal, Of(20));
    }

    [Theory]
    [InlineData(1, 0, Refusal.Timeout)]
    [InlineData(0, 0, Refusal.TimeoutConnectionLost)]
    [InlineData(1, 1, Refusal.Timeout)]
    public void A_leader_that_lost_its_quorum_in_between_says_so(int first, int second, Refusal refusal)
    {
        _status.Leader = TestMembers.Self;
        Hear(Other, first);
        Hear(new MemberId(3), second);
        Assert.Equal(refusal, Of(20));
    }

    private static long At(int seconds) => seconds * TimeSpan.TicksPerSecond;

    private void Hear(MemberId member, int since)
    {
        if (since > 0)
        {
            _transport.Active[member] = At(since);
        }
    }

    private Refusal Of(int started) =>
        _reason.Of(new PendingRequest(null!, At(started), 0), TestMembers.Cluster(3)); // The waiter is not looked at.
}
