using Netcd.Base;
using Netcd.Server.Membership;
using Netcd.Server.Peers;
using Netcd.Server.Tests.Peers;
using Netcd.TestKit;

namespace Netcd.Server.Tests.Membership;

/// <summary>
/// Member 1 judges. A cluster is written as its members: s started, n not started, l learner; upper case is heard from
/// since long enough, + only just.
/// </summary>
public sealed class ReconfigurationCheckTests
{
    private readonly ManualTime _time = new();
    private readonly FakePeerTransport _transport = new();

    [Theory]
    [InlineData("S",     Refusal.None)]
    [InlineData("SN",    Refusal.MemberNotEnoughStarted)] // Two of three would have to run.
    [InlineData("SS",    Refusal.None)]
    [InlineData("Ss",    Refusal.Unhealthy)]
    [InlineData("S+",    Refusal.Unhealthy)]
    [InlineData("SSS",   Refusal.None)]
    [InlineData("SSs",   Refusal.Unhealthy)] // Three of four are needed.
    [InlineData("SSSSs", Refusal.None)]
    [InlineData("SL",    Refusal.None)]
    [InlineData("SSNN",  Refusal.MemberNotEnoughStarted)]
    public void Voters_are_added_to_a_quorum_that_works_without_them(string cluster, Refusal refusal) =>
        Assert.Equal(refusal, Check(cluster, out var members).MayAdd(members, isLearner: false));

    [Theory]
    [InlineData("S",   Refusal.None)]
    [InlineData("SN",  Refusal.None)] // Heard from, though it did not publish its name yet.
    [InlineData("Sn",  Refusal.Unhealthy)]
    [InlineData("SSs", Refusal.Unhealthy)]
    public void Learners_are_added_to_a_quorum_that_works(string cluster, Refusal refusal) =>
        Assert.Equal(refusal, Check(cluster, out var members).MayAdd(members, isLearner: true));

    [Theory]
    [InlineData("S",   1, Refusal.MemberNotEnoughStarted)]
    [InlineData("SS",  1, Refusal.None)]
    [InlineData("SS",  2, Refusal.None)]
    [InlineData("SSS", 2, Refusal.None)]
    [InlineData("SSs", 3, Refusal.None)] // It is down already.
    [InlineData("SSs", 2, Refusal.Unhealthy)]
    [InlineData("SsS", 1, Refusal.Unhealthy)]
    [InlineData("SSN", 2, Refusal.MemberNotEnoughStarted)]
    [InlineData("SsL", 3, Refusal.None)]
    [InlineData("SSS", 9, Refusal.None)] // Not there: raft's business.
    public void Voters_are_removed_if_those_left_work(string cluster, int removed, Refusal refusal) =>
        Assert.Equal(
            refusal, Check(cluster, out var members).MayRemove(members, new MemberId((ulong)removed)));

    [Theory]
    [InlineData("SL",   Refusal.None)]
    [InlineData("SNL",  Refusal.None)]
    [InlineData("SNNL", Refusal.MemberNotEnoughStarted)]
    public void Learners_are_promoted_into_a_quorum_of_started_members(string cluster, Refusal refusal) =>
        Assert.Equal(refusal, Check(cluster, out var members).MayPromote(members));

    [Fact]
    public void A_member_without_a_transport_may_grow()
    {
        var check = new ReconfigurationCheck(new PeerHealth(TestMembers.Self, transport: null), _time);
        Assert.Equal(Refusal.None, check.MayAdd(TestMembers.Cluster(1), isLearner: false));
    }

    private ReconfigurationCheck Check(string cluster, out IReadOnlyList<ClusterMember> members)
    {
        var list = new List<ClusterMember>();
        var longAgo = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(6));
        for (var i = 0; i < cluster.Length; i++)
        {
            var letter = cluster[i];
            var member = TestMembers.Of(i + 1, isLearner: letter is 'l' or 'L', isStarted: letter is not ('n' or 'N'));
            list.Add(member);
            if (char.IsUpper(letter) || letter == '+')
            {
                _transport.Active[member.Id] = letter == '+' ? _time.GetTimestamp() : longAgo;
            }
        }

        members = list;
        return new ReconfigurationCheck(new PeerHealth(TestMembers.Self, _transport), _time);
    }
}
