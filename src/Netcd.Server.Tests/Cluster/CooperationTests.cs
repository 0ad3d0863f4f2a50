using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Corruption;
using Netcd.Server.Peers;
using Netcd.Server.Requests;

namespace Netcd.Server.Tests.Cluster;

/// <summary>What members ask of each other above raft, over whole members.</summary>
public sealed class CooperationTests
{
    private static readonly LeaseId Lease = new(77);

    [Fact]
    public async Task A_lease_is_renewed_and_read_through_every_member()
    {
        using var cluster = await TestCluster.StartAsync(3);
        await GrantAsync(cluster, cluster.Follower);
        await cluster[cluster.Follower].Put("a", "1", Lease.Value).Result;
        await cluster.UntilEqualAsync();
        for (var i = 0; i < 3; i++)
        {
            var renewal = await UntilAsync(cluster, cluster[i].Member.RenewLeaseAsync(Lease, default).AsTask());
            Assert.Equal(new PeerLeaseRenewal(Refusal.None, 60), renewal);
            var times = await UntilAsync(cluster, cluster[i].Member.LeaseTimesAsync(Lease, true, default).AsTask());
            Assert.Equal((Refusal.None, 60L), (times.Refusal, times.GrantedTtlSeconds));
            Assert.InRange(times.TtlSeconds, 58, 60);
            Assert.Equal("a"u8.ToArray(), Assert.Single(times.Keys).ToArray());
            renewal = await UntilAsync(cluster, cluster[i].Member.RenewLeaseAsync(new LeaseId(5), default).AsTask());
            Assert.Equal(Refusal.LeaseNotFound, renewal.Refusal);
        }
    }

    [Fact]
    public async Task A_lease_that_is_kept_alive_outlives_its_leaders_and_one_that_is_not_does_not()
    {
        using var cluster = await TestCluster.StartAsync(3);
        await GrantAsync(cluster, 0, ttl: 15);
        for (var round = 0; round < 2; round++)
        {
            var leader = cluster.Leader;
            var id = cluster[leader].Member.Id;
            cluster.Stop(leader);
            for (var second = 0; second < 25; second++)
            {
                var end = cluster.Time.GetTimestamp() + TimeSpan.TicksPerSecond;
                var renewal = await UntilAsync(
                    cluster, cluster[cluster.Follower].Member.RenewLeaseAsync(Lease, default).AsTask());
                Assert.Equal(Refusal.None, renewal.Refusal);
                await cluster.UntilAsync(() => cluster.Time.GetTimestamp() >= end);
            }

            cluster.Start(leader);
            await cluster.UntilAsync(() => cluster.Leader >= 0 && cluster[leader].Member.Leader != MemberId.None);
            Assert.NotEqual(id, cluster[cluster.Leader].Member.Id);
            await cluster.UntilEqualAsync();
        }

        Assert.All(cluster.Running, member => Assert.True(member.Member.Lessor.Contains(Lease)));
        await cluster.UntilAsync(() => cluster.Running.All(member => !member.Member.Lessor.Contains(Lease)));
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_renews_nothing_and_the_others_do()
    {
        using var cluster = await TestCluster.StartAsync(3);
        await GrantAsync(cluster, 0);
        var old = cluster.Leader;
        var others = cluster.Running.Where(member => member != cluster[old]).ToArray();
        cluster.Network.Isolate(cluster[old].Member.Id, others.Select(member => member.Member.Id));
        await cluster.UntilAsync(() => cluster[old].Member.Leader.IsNone);
        var renewal = await UntilAsync(cluster, cluster[old].Member.RenewLeaseAsync(Lease, default).AsTask());
        Assert.Equal(Refusal.NoLeader, renewal.Refusal);
        var times = await UntilAsync(cluster, cluster[old].Member.LeaseTimesAsync(Lease, false, default).AsTask());
        Assert.Equal(Refusal.NoLeader, times.Refusal);
        renewal = await UntilAsync(cluster, others[0].Member.RenewLeaseAsync(Lease, default).AsTask());
        Assert.Equal(Refusal.None, renewal.Refusal);
    }

    [Theory]
    [InlineData("3.5.0", "")]
    [InlineData("3.6.0", "3.6.0")]
    public async Task The_cluster_is_at_the_highest_version_that_all_run_and_the_leader_allows(
        string version, string storage)
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with { MaxClusterVersion = version });
        await cluster.UntilAsync(() => cluster.Running.All(member => member.Member.ClusterVersion == version
            && member.Member.StorageVersion == storage));
    }

    [Fact]
    public async Task A_member_that_does_not_run_keeps_the_version_down_until_it_does()
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with { MaxClusterVersion = "3.6.0" });
        cluster.Stop(cluster.Follower);
        using var young = new TestCluster(3, options => options with { MaxClusterVersion = "3.6.0" });
        young.Stop(2);
        await young.UntilAsync(() => young.Running.All(member => member.Member.ClusterVersion == "3.0.0"));
        Assert.True(young[0].Member.IsCapable);
        young.Start(2);
        await young.UntilAsync(() => young.Running.All(member => member.Member.ClusterVersion == "3.6.0"));
    }

    [Fact]
    public async Task A_downgrade_lowers_the_cluster_and_takes_the_storage_version_away()
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with { MaxClusterVersion = "3.6.0" });
        await cluster.UntilAsync(() => cluster.Running.All(member => member.Member.StorageVersion == "3.6.0"));
        var asked = await UntilAsync(cluster, cluster[0].Member.PeerService.IsDowngradeEnabledAsync(default));
        Assert.Equal(new PeerDowngrade(Refusal.None, false), asked);

        // DowngradeInfoSetRequest { enabled: true, ver: "3.5.0" }
        byte[] request = [8, 1, 18, 5, .. "3.5.0"u8];
        var reply = await cluster.UntilAsync(
            cluster[cluster.Follower].Ask(InternalRequestKind.DowngradeInfoSet, request));
        Assert.Equal(Refusal.None, reply.Refusal);
        await cluster.UntilAsync(() => cluster.Running.All(member =>
            member.Member.ClusterVersion == "3.5.0" && member.Member.StorageVersion.Length == 0));
        var follower = cluster[cluster.Follower].Member;
        asked = await UntilAsync(cluster, follower.PeerService.IsDowngradeEnabledAsync(default));
        Assert.Equal(new PeerDowngrade(Refusal.None, true), asked);
        Assert.Equal(new PeerVersions("3.6.14", "3.5.0"), cluster[0].Member.PeerService.Versions);
    }

    [Fact]
    public async Task Learners_are_promoted_through_any_member_when_they_are_ready()
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with { StrictReconfigCheck = false });
        var add = cluster[cluster.Leader].Member.AddMemberAsync(["http://127.0.0.1:9"], isLearner: true, default);
        var learner = (await UntilAsync(cluster, add)).Member;
        Assert.NotNull(learner);
        for (var i = 0; i < 3; i++)
        {
            var member = cluster[i].Member;
            Assert.Equal(
                Refusal.LearnerNotReady,
                (await UntilAsync(cluster, member.PromoteMemberAsync(learner.Id, null, default))).Refusal);
            Assert.Equal(
                Refusal.MemberNotFound,
                (await UntilAsync(cluster, member.PromoteMemberAsync(new MemberId(5), null, default))).Refusal);
            Assert.Equal(
                Refusal.MemberNotLearner,
                (await UntilAsync(cluster, member.PromoteMemberAsync(member.Id, null, default))).Refusal);
        }

        var failures = cluster[cluster.Leader].Member.Metrics.FailedPromotions.ToDictionary();
        Assert.Equal(3, failures[Refusal.LearnerNotReady].Value);
        Assert.Empty(cluster[cluster.Follower].Member.Metrics.FailedPromotions);
    }

    [Fact]
    public async Task A_follower_whose_data_differs_is_found_by_the_leader()
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with
        {
            Corruption = new CorruptionOptions { CheckInterval = TimeSpan.FromSeconds(5) },
        });
        await cluster.PutAsync(0, "a", "1");
        await cluster.UntilEqualAsync();
        await PassAsync(cluster, TimeSpan.FromSeconds(12));
        Assert.Empty(cluster[0].Member.Alarms);

        var victim = cluster[cluster.Follower];
        Corrupt(victim, revision: 2);
        await cluster.UntilAsync(() => cluster.Running.All(member => member.Member.Alarms.Count > 0));
        Assert.All(
            cluster.Running,
            member => Assert.Equal([new Alarm(victim.Member.Id, AlarmType.Corrupt)], member.Member.Alarms));
        Assert.Equal(Refusal.Corrupt, (await cluster.PutAsync(0, "b", "1")).Refusal);
    }

    [Fact]
    public async Task After_a_compaction_the_one_that_differs_from_the_quorum_is_found_be_it_the_leader()
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with
        {
            Store = options.Store with { CompactionHashEnabled = true },
            Corruption = new CorruptionOptions
            {
                ChecksCompactions = true,
                CompactionCheckInterval = TimeSpan.FromSeconds(5),
            },
        });
        for (var i = 0; i < 5; i++)
        {
            await cluster.PutAsync(0, "a", $"{i}");
        }

        await cluster.UntilEqualAsync();
        await CompactAsync(cluster, 3);
        await PassAsync(cluster, TimeSpan.FromSeconds(12));
        Assert.Empty(cluster[0].Member.Alarms);

        var victim = cluster[cluster.Leader];
        Corrupt(victim, revision: 5);
        await CompactAsync(cluster, 5);
        await cluster.UntilAsync(() => cluster.Running.All(member => member.Member.Alarms.Count > 0));
        Assert.Equal([new Alarm(victim.Member.Id, AlarmType.Corrupt)], cluster[0].Member.Alarms);
    }

    [Fact]
    public async Task A_member_with_other_data_does_not_start_and_one_with_the_same_does()
    {
        using var cluster = await TestCluster.StartAsync(3, options => options with
        {
            Corruption = new CorruptionOptions { ChecksAtStart = true },
        });
        await cluster.PutAsync(0, "a", "1");
        await cluster.UntilEqualAsync();
        Assert.True(await cluster[cluster.Follower].Member.IsSoundAtStartAsync());
        Corrupt(cluster[cluster.Follower], revision: 2);
        Assert.False(await cluster[cluster.Follower].Member.IsSoundAtStartAsync());
    }

    private static async Task GrantAsync(TestCluster cluster, int member, long ttl = 60)
    {
        var request = Messages.LeaseGrant(Lease.Value, ttl);
        var reply = await cluster.UntilAsync(cluster[member].Ask(InternalRequestKind.LeaseGrant, request));
        Assert.Equal(Refusal.None, reply.Refusal);
        await cluster.UntilEqualAsync();
    }

    private static async Task CompactAsync(TestCluster cluster, long revision)
    {
        var request = Messages.Compact(revision);
        var reply = await cluster.UntilAsync(cluster[0].Ask(InternalRequestKind.Compaction, request));
        Assert.Equal(Refusal.None, reply.Refusal);
    }

    // As a bad disk might: a record is not there any more.
    private static void Corrupt(TestMember member, long revision)
    {
        var backend = member.Member.Store.Backend;
        backend.Commit();
        using (backend.EnterWrite())
        {
            backend.DeleteRevision(new RemovedRevision(new Revision(revision, 0), false));
        }

        backend.Commit();
    }

    private static Task PassAsync(TestCluster cluster, TimeSpan time)
    {
        var end = cluster.Time.GetTimestamp() + time.Ticks;
        return cluster.UntilAsync(() => cluster.Time.GetTimestamp() >= end);
    }

    private static async Task<T> UntilAsync<T>(TestCluster cluster, Task<T> task)
    {
        await cluster.UntilAsync(() => task.IsCompleted);
        return await task;
    }
}
