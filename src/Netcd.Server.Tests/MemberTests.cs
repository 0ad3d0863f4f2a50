using Netcd.Base;
using Netcd.Server.Requests;
using Netcd.TestKit.Disk;

namespace Netcd.Server.Tests;

public sealed class MemberTests
{
    [Fact]
    public async Task A_new_member_elects_itself_publishes_and_serves()
    {
        using var one = await TestMember.StartAsync();
        Assert.Equal(one.Member.Id, one.Member.Leader);
        Assert.Equal("3.5.0", one.Member.ClusterVersion);
        Assert.Equal(string.Empty, one.Member.StorageVersion);
        Assert.True(one.Member.TryReadIndexNow());
        var self = Assert.Single(one.Member.Members);
        Assert.Equal(("one", "http://127.0.0.1:2379"), (self.Name, Assert.Single(self.ClientUrls)));

        var put = await one.PutAsync("k", "v");
        Assert.Equal((Refusal.None, 2), (put.Refusal, put.Revision));
        Assert.Equal("v", one.Get("k"));
        Assert.Equal(Refusal.None, (await one.ReadIndexAsync()).Refusal);
        Assert.True(one.Flushes > 0);
    }

    [Fact]
    public async Task Ids_are_those_that_Go_computes()
    {
        using var one = await TestMember.StartAsync(change: options => options with
        {
            Name = "fix1",
            InitialCluster = [new InitialMember("fix1", ["http://127.0.0.1:41380"])],
            InitialClusterToken = "fixture-token",
        });
        Assert.Equal(0x6803b3643a72a755UL, one.Member.Id.Value);
        Assert.Equal(0xf108d315ca7282fdUL, one.Member.ClusterId);
    }

    [Fact]
    public async Task Everything_is_there_after_a_stop_and_after_a_kill()
    {
        var disk = new SimDisk();
        uint hash;
        using (var one = await TestMember.StartAsync(disk))
        {
            for (var i = 0; i < 50; i++)
            {
                await one.PutAsync($"key{i % 20}", $"value{i}");
            }

            hash = one.HashKeyValues();
        }

        using var two = await TestMember.StartAsync(disk);
        Assert.Equal("value49", two.Get("key9"));
        Assert.Equal(51, two.Member.Store.CurrentRevision);
        Assert.Equal(hash, two.HashKeyValues());
        await two.PutAsync("more", "x");
        var killed = await two.CutPowerAsync(cut => cut.Kill());

        using var three = await TestMember.StartAsync(killed);
        Assert.Equal("x", three.Get("more"));
        Assert.Equal("value49", three.Get("key9"));
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_only_synced_data_survives_again_and_again()
    {
        var disk = new SimDisk();
        var acknowledged = 0;
        for (var round = 0; round < 12; round++)
        {
            var one = await TestMember.StartAsync(disk, Often);
            for (var i = 0; i < acknowledged; i++)
            {
                Assert.Equal($"v{i}", one.Get($"k{i}"));
            }

            for (var i = 0; i < 25; i++)
            {
                var put = await one.PutAsync($"k{acknowledged}", $"v{acknowledged}");
                Assert.Equal(Refusal.None, put.Refusal);
                acknowledged++;
            }

            var seed = (ulong)round;
            disk = await one.CutPowerAsync(
                cut => round % 3 == 0 ? cut.CrashKeepNothing() : cut.Crash(new Prng(seed)));
        }

        using var last = await TestMember.StartAsync(disk);
        Assert.Equal($"v{acknowledged - 1}", last.Get($"k{acknowledged - 1}"));

        static MemberOptions Often(MemberOptions options) =>
            options with { SnapshotCount = 30, SnapshotIntervalMin = TimeSpan.Zero };
    }

    [Theory]
    [InlineData(SimCall.SyncData)]
    [InlineData(SimCall.Write)]
    public async Task A_failed_write_or_sync_of_the_log_stops_the_member_without_an_acknowledgement(SimCall call)
    {
        using var one = await TestMember.StartAsync();
        await one.PutAsync("a", "1");
        one.Disk.FailCall(call, 1, error: 5);
        var put = one.PutAsync("b", "2");
        Assert.IsAssignableFrom<IOException>(await one.Fatal);
        Assert.Null(one.Get("b"));
        one.Dispose();
        Assert.Equal((Refusal.Stopped, false), ((await put).Refusal, (await put).IsApplied));

        using var two = await TestMember.StartAsync(one.Disk.CrashKeepNothing());
        Assert.Equal("1", two.Get("a"));
        Assert.Null(two.Get("b"));
    }

    [Fact]
    public async Task Txn_runs_the_branch_that_its_comparisons_choose_as_one_revision()
    {
        using var one = await TestMember.StartAsync();
        await one.PutAsync("a", "1");
        var request = Messages.Of(
            (1, Messages.CompareMod("a", result: 0, revision: 2)),
            (2, Messages.Operation(2, Messages.Put("b", "2", previous: true))),
            (2, Messages.Operation(1, Messages.Of((1, "a"), (2, "c")))),
            (2, Messages.Operation(3, Messages.Of((1, "a"), (3, 1)))),
            (3, Messages.Operation(2, Messages.Put("never", "x"))));
        var reply = await one.AskAsync(InternalRequestKind.Txn, request);
        Assert.Equal((Refusal.None, 3), (reply.Refusal, reply.Revision));

        var keyA = Messages.Of((1, "a"), (2, 2), (3, 2), (4, 1), (5, "1"));
        var keyB = Messages.Of((1, "b"), (2, 3), (3, 3), (4, 1), (5, "2"));
        var header = Messages.Of((3, 3));
        var expected = Messages.Of(
            (2, 1),
            (3, Messages.Operation(2, Messages.Of((1, header)))),
            (3, Messages.Operation(1, Messages.Of((1, header), (2, keyA), (2, keyB), (4, 2)))),
            (3, Messages.Operation(3, Messages.Of((1, header), (2, 1), (3, keyA)))));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(reply.Body));
        Assert.Null(one.Get("a"));
        Assert.Null(one.Get("never"));

        var again = await one.AskAsync(InternalRequestKind.Txn, request);
        Assert.Equal(4, again.Revision);
        Assert.Equal("x", one.Get("never"));
    }

    [Fact]
    public async Task A_txn_with_one_operation_that_cannot_run_changes_nothing()
    {
        using var one = await TestMember.StartAsync();
        var request = Messages.Of(
            (2, Messages.Operation(2, Messages.Put("a", "1"))),
            (2, Messages.Operation(2, Messages.Put("b", "2", lease: 77))));
        Assert.Equal(Refusal.LeaseNotFound, (await one.AskAsync(InternalRequestKind.Txn, request)).Refusal);
        request = Messages.Of(
            (2, Messages.Operation(2, Messages.Put("a", "1"))),
            (2, Messages.Operation(1, Messages.Of((1, "a"), (4, 99)))));
        Assert.Equal(Refusal.FutureRevision, (await one.AskAsync(InternalRequestKind.Txn, request)).Refusal);
        Assert.Null(one.Get("a"));
        Assert.Equal(1, one.Member.Store.CurrentRevision);
    }

    [Fact]
    public async Task Keys_of_a_lease_go_with_it_and_the_lease_survives_a_restart()
    {
        var disk = new SimDisk();
        using (var one = await TestMember.StartAsync(disk))
        {
            var grant = await one.AskAsync(InternalRequestKind.LeaseGrant, Messages.Of((1, 1), (2, 7)));
            Assert.Equal(Messages.Of((2, 7), (3, 2)), grant.Body);
            Assert.Equal(
                Refusal.LeaseExists,
                (await one.AskAsync(InternalRequestKind.LeaseGrant, Messages.Of((1, 1), (2, 7)))).Refusal);
            await one.PutAsync("a", "1", lease: 7);
            await one.PutAsync("b", "2", lease: 7);
            Assert.Equal(Refusal.LeaseNotFound, (await one.PutAsync("c", "3", lease: 8)).Refusal);
        }

        using var two = await TestMember.StartAsync(disk);
        Assert.True(two.Member.Lessor.Contains(new LeaseId(7)));
        Assert.Equal(Refusal.None, (await two.AskAsync(InternalRequestKind.LeaseRevoke, Messages.Of((1, 7)))).Refusal);
        Assert.Null(two.Get("a"));
        Assert.Null(two.Get("b"));
        Assert.Equal(
            Refusal.LeaseNotFound,
            (await two.AskAsync(InternalRequestKind.LeaseRevoke, Messages.Of((1, 7)))).Refusal);
    }

    [Fact]
    public async Task An_expired_lease_is_revoked_by_the_leader()
    {
        using var one = await TestMember.StartAsync();
        await one.AskAsync(InternalRequestKind.LeaseGrant, Messages.Of((1, 5), (2, 7)));
        await one.PutAsync("a", "1", lease: 7);
        one.Time.Advance(TimeSpan.FromSeconds(2));
        await one.PutAsync("fence", "1");
        Assert.Equal("1", one.Get("a"));
        await one.PassUntilAsync(TimeSpan.FromMilliseconds(500), () => one.Get("a") is null);
        Assert.False(one.Member.Lessor.Contains(new LeaseId(7)));
    }

    [Fact]
    public async Task Compaction_answers_with_the_current_revision_and_refuses_old_and_future_ones()
    {
        using var one = await TestMember.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await one.PutAsync("k", $"{i}");
        }

        var compaction = await one.AskAsync(InternalRequestKind.Compaction, Messages.Of((1, 5), (2, 1)));
        Assert.Equal((Refusal.None, 11), (compaction.Refusal, compaction.Revision));
        Assert.Equal(
            Refusal.Compacted, (await one.AskAsync(InternalRequestKind.Compaction, Messages.Of((1, 5)))).Refusal);
        Assert.Equal(
            Refusal.FutureRevision, (await one.AskAsync(InternalRequestKind.Compaction, Messages.Of((1, 99)))).Refusal);
        Assert.Equal(5, one.Member.Store.CompactRevision);
    }

    [Fact]
    public async Task A_put_beyond_the_quota_raises_the_alarm_and_is_refused_until_it_is_disarmed()
    {
        var disk = new SimDisk();
        using (var one = await TestMember.StartAsync(disk, options => options with { QuotaBytes = 200_000 }))
        {
            var refusal = Refusal.None;
            for (var i = 0; i < 100 && refusal == Refusal.None; i++)
            {
                refusal = (await one.PutAsync($"k{i}", new string('x', 10_000))).Refusal;
            }

            Assert.Equal(Refusal.NoSpace, refusal);
            var alarm = Assert.Single(one.Member.Alarms);
            Assert.Equal(new Alarm(one.Member.Id, AlarmType.NoSpace), alarm);
            Assert.Equal(Refusal.NoSpace, (await one.PutAsync("small", "x")).Refusal);
            Assert.Null(one.Get("small"));
            var delete = await one.AskAsync(InternalRequestKind.DeleteRange, Messages.Of((1, "k0")));
            Assert.Equal(Refusal.None, delete.Refusal);
        }

        using var two = await TestMember.StartAsync(disk);
        Assert.Single(two.Member.Alarms);
        var disarm = Messages.Of((1, 2), (2, (long)two.Member.Id.Value), (3, 1));
        Assert.Equal(Refusal.None, (await two.AskAsync(InternalRequestKind.Alarm, disarm)).Refusal);
        Assert.Empty(two.Member.Alarms);
        Assert.Equal(Refusal.None, (await two.PutAsync("small", "x")).Refusal);
    }

    [Fact]
    public async Task Defragmenting_right_after_a_compaction_frees_what_it_removes()
    {
        using var one = await TestMember.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await one.PutAsync("k", new string('x', 500_000));
        }

        one.Member.Store.Backend.Commit();
        var sizeBefore = one.Member.Store.Backend.SizeBytes;
        var compaction = await one.AskAsync(InternalRequestKind.Compaction, Messages.Of((1, 21)));
        Assert.Equal(Refusal.None, compaction.Refusal);
        await one.Member.DefragmentAsync(CancellationToken.None);

        Assert.InRange(sizeBefore, 10_000_000, long.MaxValue);
        Assert.InRange(one.Member.Store.Backend.SizeBytes, 500_000, 1_200_000);
    }

    [Fact]
    public async Task The_cluster_version_is_raised_only_when_allowed_and_then_the_storage_version_follows()
    {
        var disk = new SimDisk();
        using (var one = await TestMember.StartAsync(disk))
        {
            Assert.Equal("3.5.0", one.Member.ClusterVersion);
        }

        using var two = await TestMember.StartAsync(disk, options => options with { MaxClusterVersion = "3.6.0" });
        await two.PassUntilAsync(TimeSpan.FromSeconds(1), () => two.Member.StorageVersion == "3.6.0");
        Assert.Equal(("3.6.0", "3.6.0"), (two.Member.ClusterVersion, two.Member.StorageVersion));

        // And back, when the operator asks for it: the directory is one of 3.5 again.
        await two.AskAsync(InternalRequestKind.DowngradeInfoSet, Messages.Of((1, 1), (2, "3.5.0")));
        Assert.Equal("3.5.0", two.Member.DowngradeTarget);
        await two.PassUntilAsync(TimeSpan.FromSeconds(1), () => two.Member.StorageVersion.Length == 0);
        Assert.Equal(("3.5.0", string.Empty), (two.Member.ClusterVersion, two.Member.StorageVersion));
    }

    [Fact]
    public async Task Snapshots_are_saved_and_old_segments_purged_and_the_member_starts_from_them()
    {
        var disk = new SimDisk();
        MemberOptions Small(MemberOptions options) => options with
        {
            SnapshotCount = 50,
            SnapshotIntervalMin = TimeSpan.Zero,
            SnapshotCatchUpEntries = 10,
            WalFilesMax = 1,
            SnapshotFilesMax = 2,
            Wal = new Wal.WalOptions { SegmentSizeBytes = 16_384, ZeroAheadBytes = 4096, PrepareNextBytes = 8192 },
        };
        using (var one = await TestMember.StartAsync(disk, Small))
        {
            for (var i = 0; i < 400; i++)
            {
                await one.PutAsync($"k{i}", new string('v', 300));
            }

            one.Time.Advance(TimeSpan.FromSeconds(31));
            await one.PassUntilAsync(
                TimeSpan.FromSeconds(31),
                () => disk.List("/data/member/wal").Count(name => name.EndsWith(".wal")) <= 3
                    && disk.List("/data/member/snap").Count(name => name.EndsWith(".snap")) is >= 1 and <= 8);
        }

        Assert.InRange(disk.List("/data/member/snap").Count(name => name.EndsWith(".snap")), 1, 8);
        using var two = await TestMember.StartAsync(disk, Small);
        Assert.Equal(new string('v', 300), two.Get("k399"));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_at_once()
    {
        using var one = await TestMember.StartAsync(change: options => options with { RequestBytesMax = 1000 });
        Assert.Equal(Refusal.RequestTooLarge, (await one.PutAsync("k", new string('x', 1000))).Refusal);
    }

    [Fact]
    public async Task After_the_stop_requests_are_refused()
    {
        var one = await TestMember.StartAsync();
        one.Dispose();
        Assert.Equal(Refusal.Stopped, (await one.PutAsync("k", "v")).Refusal);
        Assert.Equal(Refusal.Stopped, (await one.ReadIndexAsync()).Refusal);
    }

    [Fact]
    public async Task Many_proposals_at_once_are_synced_in_few_batches_and_answered_all()
    {
        using var one = await TestMember.StartAsync();
        var before = one.Disk.Calls(SimCall.SyncData);
        var puts = Enumerable.Range(0, 5_000).Select(i => one.PutAsync($"k{i}", $"v{i}")).ToList();
        var replies = await Task.WhenAll(puts);
        Assert.All(replies, reply => Assert.Equal(Refusal.None, reply.Refusal));
        Assert.Equal(5_000, replies.Select(reply => reply.Revision).Distinct().Count());
        Assert.InRange(one.Disk.Calls(SimCall.SyncData) - before, 1, 4_000);
    }
}
