using Netcd.Base;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;
using Netcd.Server.Requests;

namespace Netcd.Server.Tests.Cluster;

/// <summary>How leaders come and go, and what becomes of requests meanwhile.</summary>
public sealed class LeadershipTests
{
    [Fact]
    public async Task A_leader_that_stops_hands_over_and_no_request_fails()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        var term = cluster[leader].Member.Term;
        var handOver = cluster[leader].Member.HandOverAsync(CancellationToken.None);
        var puts = Enumerable.Range(0, 9).Select(i => cluster[i % 3].Put($"k{i}", "v")).ToArray();
        await cluster.UntilAsync(() => handOver.IsCompleted);
        await handOver;
        Assert.NotEqual(cluster[leader].Member.Id, cluster[leader].Member.Leader);
        Assert.Equal(term.Next, cluster[leader].Member.Term);
        foreach (var put in puts)
        {
            Assert.Equal(Refusal.None, (await cluster.UntilAsync(put)).Refusal);
        }

        cluster.Stop(leader);
        Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Follower, "more", "v")).Refusal);
    }

    [Fact]
    public async Task When_the_leaders_process_ends_the_others_elect_within_a_few_ticks()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        var gone = cluster[leader].Member.Id;
        cluster.Stop(leader);
        foreach (var member in cluster.Running)
        {
            cluster.HostOf(member).ReportDisconnected(gone);
        }

        var began = cluster.Time.GetUtcNow();
        await cluster.UntilAsync(() => cluster.Leader >= 0);
        Assert.InRange(cluster.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
        Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Leader, "k", "v")).Refusal);
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_steps_down_and_answers_no_linearizable_read()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var old = cluster.Leader;
        await cluster.PutAsync(old, "k", "before");
        cluster.Network.Isolate(cluster[old].Member.Id, cluster.Running.Select(member => member.Member.Id));
        var read = cluster[old].ReadIndex();
        var put = cluster[old].Put("k", "lost");
        await cluster.UntilAsync(() => cluster[old].Member.Leader.IsNone);
        await cluster.UntilAsync(() => cluster.Leader >= 0);
        Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Leader, "k", "after")).Refusal);
        Assert.False(read.Result.IsCompleted && (await read.Result).Refusal == Refusal.None);
        Assert.NotEqual(Refusal.None, (await cluster.UntilAsync(put)).Refusal);
        Assert.NotEqual(Refusal.None, (await cluster.UntilAsync(read)).Refusal);

        cluster.Network.Heal();
        await cluster.UntilEqualAsync();
        Assert.Equal("after", cluster[old].Get("k"));
    }

    [Fact]
    public async Task A_forwarded_proposal_that_is_lost_times_out_with_etcds_reason()
    {
        using var cluster = await TestCluster.StartAsync(3);
        cluster.Network.Filter = message => message.Type != MessageType.Prop;
        var put = await cluster.PutAsync(cluster.Follower, "k", "v");
        Assert.Equal(Refusal.Timeout, put.Refusal);
        cluster.Network.Filter = null;
        Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Follower, "k", "v")).Refusal);
    }

    [Fact]
    public async Task A_proposal_that_is_lost_with_the_leaders_process_is_refused_once_another_leads()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        var gone = cluster[leader].Member.Id;
        cluster.Network.Filter = message => message.Type != MessageType.Prop || message.To != gone;
        var put = cluster[cluster.Follower].Put("k", "lost");
        await cluster.SettleAsync();
        var began = cluster.Time.GetUtcNow();
        cluster.Stop(leader);
        foreach (var member in cluster.Running)
        {
            cluster.HostOf(member).ReportDisconnected(gone);
        }

        Assert.Equal(Refusal.TimeoutLeaderFailed, (await cluster.UntilAsync(put)).Refusal);
        Assert.True(cluster.Time.GetUtcNow() - began < TimeSpan.FromSeconds(1));
        Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Follower, "k", "kept")).Refusal);
        await cluster.UntilEqualAsync();
    }

    [Fact]
    public async Task A_message_for_another_member_is_not_taken()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var (one, other) = (cluster[0].Member, cluster[1].Member);
        var term = one.Term;
        var message = new Message
        {
            Type = MessageType.Heartbeat, From = other.Id, To = other.Id, Term = new Term(term.Value + 10),
        };
        Assert.Equal(PeerMessageResult.MismatchMember, cluster.HostOf(cluster[0]).Receive(message));
        Assert.Equal(Refusal.None, (await cluster.PutAsync(0, "k", "v")).Refusal);
        Assert.Equal(term, one.Term);
    }

    [Fact]
    public async Task A_read_whose_round_is_lost_is_asked_again()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var lost = 0;
        cluster.Network.Filter = message =>
            message.Type != MessageType.ReadIndex || Interlocked.Increment(ref lost) > 2;
        var began = cluster.Time.GetUtcNow();
        Assert.Equal(Refusal.None, (await cluster.ReadIndexAsync(cluster.Follower)).Refusal);
        Assert.Equal(3, lost);
        Assert.InRange((cluster.Time.GetUtcNow() - began).TotalSeconds, 0.5, 1.6);
    }

    [Fact]
    public async Task Reads_of_many_share_rounds_and_see_what_was_written_before()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var rounds = 0;
        cluster.Network.Filter = message =>
            message.Type != MessageType.ReadIndex || Interlocked.Increment(ref rounds) > 0;
        for (var i = 1; i <= 5; i++)
        {
            var value = $"{i}";
            Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Leader, "k", value)).Refusal);
            var reads = Enumerable.Range(0, 500).Select(_ => cluster[cluster.Follower].ReadIndex()).ToArray();
            foreach (var read in reads)
            {
                Assert.Equal(Refusal.None, (await cluster.UntilAsync(read)).Refusal);
            }

            Assert.Equal(value, cluster[cluster.Follower].Get("k"));
        }

        Assert.InRange(rounds, 5, 250);
    }

    [Fact]
    public async Task Requests_that_find_no_leader_wait_for_one()
    {
        using var cluster = await TestCluster.StartAsync(3);
        cluster.Stop(cluster.Leader);
        var began = cluster.Time.GetUtcNow();
        var puts = cluster.Running.Select((member, i) => member.Put($"k{i}", "v")).ToArray();
        var reads = cluster.Running.Select(member => member.ReadIndex()).ToArray();
        await cluster.UntilAsync(() => cluster.Leader >= 0);
        var took = cluster.Time.GetUtcNow() - began;
        foreach (var waiter in reads)
        {
            Assert.Equal(Refusal.None, (await cluster.UntilAsync(waiter)).Refusal);
        }

        // Those that were sent to the old leader are lost with it; the others were kept. Votes may be split, which is a
        // matter of which thread comes first: an election of two timeouts or more is not taken for the reason.
        foreach (var waiter in puts)
        {
            var refusal = (await cluster.UntilAsync(waiter)).Refusal;
            Assert.True(
                refusal is Refusal.None or Refusal.TimeoutLeaderFailed
                    || (took > TimeSpan.FromSeconds(1.5) && refusal is Refusal.Timeout or Refusal.TimeoutConnectionLost),
                $"{refusal} after an election of {took}");
        }
    }

    [Fact]
    public async Task Leases_expire_once_on_the_new_leader_and_never_by_the_old_ones_word()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var old = cluster.Leader;
        var grant = cluster[old].Ask(InternalRequestKind.LeaseGrant, Messages.Of((1, 5), (2, 77)));
        Assert.Equal(Refusal.None, (await cluster.UntilAsync(grant)).Refusal);
        Assert.Equal(Refusal.None, (await cluster.UntilAsync(cluster[old].Put("k", "v", 77))).Refusal);
        Assert.Equal([true, false, false], cluster.Running.Select(m => m.Member.Lessor.IsPrimary).OrderDescending());

        var handOver = cluster[old].Member.HandOverAsync(CancellationToken.None);
        await cluster.UntilAsync(() => handOver.IsCompleted);
        await cluster.UntilAsync(() => cluster.Leader >= 0 && cluster[cluster.Leader].Member.Lessor.IsPrimary);
        Assert.False(cluster[old].Member.Lessor.IsPrimary);
        var began = cluster.Time.GetUtcNow();
        await cluster.UntilAsync(() => cluster.Running.All(member => member.Get("k") is null));
        Assert.True(cluster.Time.GetUtcNow() - began > TimeSpan.FromSeconds(4));
        await cluster.UntilEqualAsync();
    }
}
