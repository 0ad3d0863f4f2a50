using System.Text;
using Netcd.Base;
using Netcd.Disk;
using Netcd.Server.Boot;
using Netcd.Server.Membership;
using Netcd.Server.Requests;
using Netcd.TestKit;
using Netcd.TestKit.Disk;
using Netcd.Wal;

namespace Netcd.Server.Tests;

public sealed class MembershipTests
{
    private static readonly IReadOnlyList<InitialMember> TwoMembers =
    [
        new("one", ["http://127.0.0.1:2380"]),
        new("two", ["http://127.0.0.1:2381"]),
    ];

    [Fact]
    public async Task Without_a_quorum_requests_wait_and_time_out()
    {
        using var one = new TestMember(new SimDisk(), options => options with { InitialCluster = TwoMembers });
        var put = one.PutAsync("k", "v");
        var read = one.ReadIndexAsync();
        Assert.False(one.Member.TryReadIndexNow());
        await one.PassUntilAsync(
            TimeSpan.FromMilliseconds(100), () => put.IsCompleted && read.IsCompleted, () => Task.Delay(1));

        // As Go etcd 3.5.30 without a leader: writes end with the deadline's own error, reads time out.
        Assert.Equal(Refusal.DeadlineExceeded, (await put).Refusal);
        Assert.Equal(Refusal.Timeout, (await read).Refusal);
        Assert.False(one.Member.Ready.IsCompleted);
    }

    [Fact]
    public async Task A_member_that_lost_its_cluster_goes_on_alone_when_forced()
    {
        var disk = new SimDisk();
        using (new TestMember(disk, options => options with { InitialCluster = TwoMembers }))
        {
        }

        using (var one = await TestMember.StartAsync(disk, options => options with { ForceNewCluster = true }))
        {
            Assert.Equal("one", Assert.Single(one.Member.Members).Name);
            Assert.Equal(2, (await one.PutAsync("k", "v")).Revision);
        }

        using var again = await TestMember.StartAsync(disk);
        Assert.Equal("one", Assert.Single(again.Member.Members).Name);
        Assert.Equal("v", again.Get("k"));
    }

    [Fact]
    public async Task A_learner_is_added_kept_and_removed_and_its_id_never_returns()
    {
        var disk = new SimDisk();
        MemberId id;
        using (var one = await TestMember.StartAsync(disk))
        {
            var added = await one.Member.AddMemberAsync(["http://127.0.0.1:2391"], isLearner: true, default);
            Assert.Equal(Refusal.None, added.Refusal);
            Assert.Equal(2, added.Members.Count);
            Assert.NotNull(added.Member);
            id = added.Member.Id;

            // The second in which a member is added is part of its id.
            one.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(
                Refusal.PeerUrlExists,
                (await one.Member.AddMemberAsync(["http://127.0.0.1:2391"], isLearner: false, default)).Refusal);
            Assert.Equal(
                Refusal.TooManyLearners,
                (await one.Member.AddMemberAsync(["http://127.0.0.1:2392"], isLearner: true, default)).Refusal);
            Assert.Equal(
                Refusal.MemberNotFound, (await one.Member.RemoveMemberAsync(new MemberId(99), default)).Refusal);
            Assert.True(one.Member.TryReadIndexNow());
        }

        using (var one = await TestMember.StartAsync(disk))
        {
            Assert.Contains(one.Member.Members, member => member.Id == id && member.IsLearner);
            var removed = await one.Member.RemoveMemberAsync(id, default);
            Assert.Single(removed.Members);
            Assert.Equal(Refusal.MemberNotFound, (await one.Member.RemoveMemberAsync(id, default)).Refusal);
            var updated = await one.Member.UpdateMemberAsync(one.Member.Id, ["http://127.0.0.1:2399"], default);
            Assert.Equal("http://127.0.0.1:2399", Assert.Single(updated.Members[0].PeerUrls));
            Assert.Equal(
                Refusal.MemberNotEnoughStarted, (await one.Member.RemoveMemberAsync(one.Member.Id, default)).Refusal);
        }

        using var last = await TestMember.StartAsync(disk);
        Assert.Equal("http://127.0.0.1:2399", Assert.Single(Assert.Single(last.Member.Members).PeerUrls));
    }

    [Fact]
    public async Task Changes_that_come_at_once_are_made_one_after_the_other()
    {
        using var one = await TestMember.StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var updates = Enumerable.Range(0, 20).Select(i => one.Member.UpdateMemberAsync(
                one.Member.Id, [$"http://127.0.0.1:{1000 + (round * 20) + i}"], CancellationToken.None));
            var changes = await Task.WhenAll(updates).WaitAsync(TimeSpan.FromMinutes(3));
            Assert.All(changes, update => Assert.Equal(Refusal.None, update.Refusal));
        }
    }

    [Fact]
    public async Task A_log_without_its_first_batch_is_begun_again_for_the_same_cluster_only()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/data/member/snap");
        var id = ClusterIdentity.MemberIdOf(["http://127.0.0.1:2380"], "etcd-cluster");
        var metadata = new WalMetadata(id, ClusterIdentity.ClusterIdOf([id]));
        WriteAheadLog.Create(disk, "/data/member/wal", metadata.Encode()).Dispose();

        // The flags of another cluster, or of one that runs already: only a leader may fill the log.
        foreach (var change in new Func<MemberOptions, MemberOptions>[]
        {
            options => options with { InitialClusterToken = "another" },
            options => options with { IsNewCluster = false },
        })
        {
            using var waiting = new TestMember(disk, change);
            waiting.Time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(id, waiting.Member.Id);
            Assert.Equal(LogIndex.Zero, waiting.Member.CommittedIndex);
            Assert.Empty(waiting.Member.Members);
            Assert.False(waiting.Member.Ready.IsCompleted);
        }

        using var one = await TestMember.StartAsync(disk);
        Assert.Equal(id, one.Member.Id);
    }

    [Fact]
    public async Task Requests_are_refused_while_too_many_committed_entries_wait_to_be_applied()
    {
        using var one = await TestMember.StartAsync();
        using var gate = new ManualResetEventSlim();
        var id = one.Member.NextRequestId();
        var request = InternalRequestEncoder.Encode(InternalRequestKind.Put, Messages.Put("k", "v"), id, [], 0);
        one.Member.Propose(id, request, new BlockingWaiter(gate));
        var puts = new List<Task<Reply>>();
        for (var i = 0; i < 1_000_000 && !puts.Exists(put => put.IsCompleted); i++)
        {
            puts.Add(one.PutAsync("k", "v"));
            await Task.Yield();
        }

        Assert.Equal(Refusal.TooManyRequests, (await puts.First(put => put.IsCompleted)).Refusal);
        Assert.InRange(puts.Count, 5_000, 200_000);
        gate.Set();
        await Task.WhenAll(puts);
        Assert.Equal(Refusal.None, (await one.PutAsync("k", "v")).Refusal);
    }

    [Fact]
    public void The_version_2_tree_says_what_the_view_says_and_what_Go_wrote_is_read()
    {
        var view = new MembershipView { Version = "3.5.0" };
        view.Set(new ClusterMember(new MemberId(0xabc), "a<&>\"b", ["http://x:1", "http://y:2"], ["http://c"], false));
        view.Set(new ClusterMember(new MemberId(2), string.Empty, ["http://z:1"], [], IsLearner: true));
        view.AddRemoved(new MemberId(7));
        var json = V2Tree.Write(view);
        Assert.Contains("a\\\\u003c\\\\u0026\\\\u003e", Encoding.UTF8.GetString(json));
        var read = V2Tree.Read(json, "test");
        Assert.Equal("3.5.0", read.Version);
        Assert.Equal(Shown(view), Shown(read));
        Assert.True(read.IsRemoved(new MemberId(7)));

        var directory = Directory.CreateTempSubdirectory("netcd-v2-").FullName;
        try
        {
            Fixtures.Unpack("etcd-3.6.14-datadir.tar.gz", directory);
            var valid = WriteAheadLog.ValidSnapshots(RealDisk.Instance, directory + "/data/member/wal");
            var snapshot = new Wal.Snapshots.SnapshotDirectory(RealDisk.Instance, directory + "/data/member/snap")
                .LoadNewest(valid, []);
            Assert.NotNull(snapshot);
            var go = V2Tree.Read(snapshot.Data, "fixture");
            Assert.Equal("fix1", Assert.Single(go.Members).Name);
            Assert.Equal("3.6.0", go.Version);
            Assert.True(go.IsRemoved(new MemberId(0x9b238b1aba1d1071)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Shown(MembershipView view) => string.Join(
        '|',
        view.Members.Select(member => MemberJson.Write(member)).Select(Encoding.UTF8.GetString));

    private sealed class BlockingWaiter(ManualResetEventSlim gate) : IProposalWaiter
    {
        public void Applied(in ApplyAnswer answer) => gate.Wait();

        public void Refused(Refusal refusal) => gate.Wait();
    }
}
