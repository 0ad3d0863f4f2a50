using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Raft.ConfChanges;
using Netcd.Server.Boot;
using Netcd.Server.Membership;
using Netcd.TestKit.Disk;
using Netcd.Wal;

namespace Netcd.Server.Tests.Boot;

/// <summary>What a restart finds on disk: databases that were received, and logs of clusters that are given up.</summary>
public sealed class RestartTests
{
    private const string SnapshotFolder = "/data/member/snap";
    private const string Database = SnapshotFolder + "/db";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_received_database_that_was_not_swapped_in_yet_is(bool hasOldDatabase)
    {
        var (disk, old, index) = await SnapshottedAsync();
        disk.Rename(Database, ReceivedPath(index));
        Write(disk, ReceivedPath(index - 1), [1, 2, 3]);
        Write(disk, ReceivedPath(index + 1_000), [1, 2, 3]);
        Write(disk, SnapshotFolder + "/tmp2847", [1, 2, 3]);
        if (hasOldDatabase)
        {
            Write(disk, Database, old);
        }

        using var one = await TestMember.StartAsync(disk, Often);
        Assert.Equal("last", one.Get("k"));
        Assert.DoesNotContain(
            disk.List(SnapshotFolder),
            name => name.EndsWith(".snap.db", StringComparison.Ordinal)
                || name.StartsWith("tmp", StringComparison.Ordinal));
    }

    // Where a volume is mounted there may be a folder of the file system's own.
    [Fact]
    public async Task What_is_not_ours_is_left_alone()
    {
        var (disk, _, _) = await SnapshottedAsync();
        foreach (var folder in new[] { "/data", "/data/member", "/data/member/wal", SnapshotFolder })
        {
            disk.CreateDirectory(folder + "/lost+found");
            Write(disk, folder + "/lost+found/file", [1, 2, 3]);
            Write(disk, folder + "/notes.txt", [1, 2, 3]);
        }

        using var one = await TestMember.StartAsync(disk, Often);
        Assert.Equal("last", one.Get("k"));
        Assert.Equal([1, 2, 3], Read(disk, "/data/member/wal/lost+found/file"));
        Assert.Equal([1, 2, 3], Read(disk, SnapshotFolder + "/notes.txt"));
    }

    [Fact]
    public async Task A_database_older_than_the_snapshot_is_refused()
    {
        var (disk, old, index) = await SnapshottedAsync();
        disk.DeleteFile(Database);
        Write(disk, Database, old);
        var error = Assert.Throws<MemberStartException>(() => new TestMember(disk, Often));
        Assert.Matches(
            $@"^database file \({Database} index \d+\) does not match with snapshot \(index {index}\)\.$",
            error.Message);

        // The received one must be whole enough to take the old one's place.
        Write(disk, ReceivedPath(index), old);
        error = Assert.Throws<MemberStartException>(() => new TestMember(disk, Often));
        Assert.Contains("does not match with snapshot", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_database_behind_a_snapshot_is_refused()
    {
        var (disk, _, _) = await SnapshottedAsync();
        disk.DeleteFile(Database);
        var error = Assert.Throws<MemberStartException>(() => new TestMember(disk, Often));
        Assert.Equal($"database file ({Database}) of the backend is missing", error.Message);
        Assert.False(disk.FileExists(Database));
    }

    [Fact]
    public async Task A_promotion_that_only_the_snapshot_knows_is_put_into_the_database()
    {
        var (disk, _, _) = await SnapshottedAsync();
        using (var backend = Backend.Open(disk, Database, new BackendOptions(), failure => throw failure))
        {
            var store = new MembershipStore(backend);
            using (backend.EnterWrite())
            {
                store.Put(Assert.Single(store.Read().Members) with { IsLearner = true });
            }

            backend.Commit();
        }

        using var one = await TestMember.StartAsync(disk, Often);
        Assert.False(Assert.Single(one.Member.Members).IsLearner);
    }

    [Fact]
    public async Task More_learners_than_allowed_are_refused()
    {
        var disk = new SimDisk();
        using (var one = await TestMember.StartAsync(disk))
        {
            await one.Member.AddMemberAsync(["http://127.0.0.1:2391"], isLearner: true, default);
        }

        var error = Assert.Throws<MemberStartException>(
            () => new TestMember(disk, options => options with { LearnersMax = 0 }));
        Assert.Equal("membership: too many learner members in cluster", error.Message);
    }

    [Fact]
    public async Task A_forced_cluster_adds_this_member_before_it_removes_the_others()
    {
        var self = new MemberId(7);
        var disk = Logged(self, Change(ConfChangeType.AddNode, 1), Change(ConfChangeType.AddLearnerNode, 2));
        using (var one = await TestMember.StartAsync(disk, options => options with { ForceNewCluster = true }))
        {
            var member = Assert.Single(one.Member.Members);
            Assert.Equal(self, member.Id);
            Assert.Equal("http://localhost:2380", Assert.Single(member.PeerUrls));
        }

        Assert.Equal(
            [
                (ConfChangeType.AddNode, 1UL), (ConfChangeType.AddLearnerNode, 2UL), (ConfChangeType.AddNode, 7UL),
                (ConfChangeType.RemoveNode, 1UL), (ConfChangeType.RemoveNode, 2UL),
            ],
            ChangesIn(disk));
    }

    // The commit index of a member alone is written after its answers, but what it answered is committed all the same.
    [Fact]
    public async Task A_forced_cluster_keeps_every_write_that_its_only_voter_acknowledged()
    {
        using var one = await TestMember.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await one.PutAsync($"k{i}", "v");
        }

        var disk = one.Disk.Kill();
        using var again = await TestMember.StartAsync(disk, options => options with { ForceNewCluster = true });
        Assert.Equal("v", again.Get("k4"));
    }

    [Fact]
    public async Task A_forced_cluster_gives_up_what_another_voter_may_not_have()
    {
        var disk = Logged(new MemberId(7), Change(ConfChangeType.AddNode, 7), Change(ConfChangeType.AddNode, 1));
        using (var log = WriteAheadLog.Open(disk, "/data/member/wal", WalSnapshot.Start, out _))
        {
            var change = ConfChangeCodec.Encode(Change(ConfChangeType.AddLearnerNode, 2));
            log.Append(default, [new Entry(new Term(1), new LogIndex(3), EntryType.ConfChange, change)]);
            log.Sync();
        }

        using (await TestMember.StartAsync(disk, options => options with { ForceNewCluster = true }))
        {
        }

        Assert.Equal(
            [(ConfChangeType.AddNode, 7UL), (ConfChangeType.AddNode, 1UL), (ConfChangeType.RemoveNode, 1UL)],
            ChangesIn(disk));
    }

    [Theory]
    [InlineData(ConfChangeType.AddLearnerNode, "member 7 is a learner: it cannot be a new cluster")]
    [InlineData(
        ConfChangeType.RemoveNode,
        "member 7 has been permanently removed from the cluster: it cannot be a new cluster")]
    public void A_member_that_is_no_voter_cannot_be_forced_to_be_a_cluster(ConfChangeType last, string text)
    {
        var disk = Logged(new MemberId(7), Change(ConfChangeType.AddNode, 1), Change(last, 7));
        var error = Assert.Throws<MemberStartException>(
            () => new TestMember(disk, options => options with { ForceNewCluster = true }));
        Assert.Equal(text, error.Message);
    }

    private static MemberOptions Often(MemberOptions options) => options with { SnapshotCount = 5 };

    private static string ReceivedPath(ulong index) => $"{SnapshotFolder}/{index:x16}.snap.db";

    // A member's disk with a snapshot, its database as it was before that, and the snapshot's index.
    private static async Task<(SimDisk Disk, byte[] Old, ulong Index)> SnapshottedAsync()
    {
        var disk = new SimDisk();
        using (var one = await TestMember.StartAsync(disk))
        {
            await one.PutAsync("k", "first");
        }

        var old = Read(disk, Database);
        using (var one = await TestMember.StartAsync(disk, Often))
        {
            for (var i = 0; i < 20; i++)
            {
                one.Time.Advance(TimeSpan.FromSeconds(2));
                await one.PutAsync("k", i == 19 ? "last" : "next");
            }

            await one.PassUntilAsync(
                TimeSpan.FromSeconds(2),
                () => disk.List(SnapshotFolder).Any(name => name.EndsWith(".snap", StringComparison.Ordinal)));
        }

        var name = disk.List(SnapshotFolder).Last(name => name.EndsWith(".snap", StringComparison.Ordinal));
        return (disk, old, Convert.ToUInt64(name[17..33], 16));
    }

    private static byte[] Read(SimDisk disk, string path)
    {
        using var file = disk.Open(path, DiskOpenMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static void Write(SimDisk disk, string path, byte[] bytes)
    {
        using var file = disk.Open(path, DiskOpenMode.Create);
        file.Write(0, bytes);
        file.SyncData();
    }

    private static ConfChange Change(ConfChangeType type, ulong id) => new()
    {
        Type = type,
        MemberId = new MemberId(id),
        Context = type == ConfChangeType.RemoveNode
            ? default
            : MemberJson.Write(new ClusterMember(
                new MemberId(id), "", [$"http://127.0.0.1:{id}"], [], type == ConfChangeType.AddLearnerNode)),
    };

    private static SimDisk Logged(MemberId self, params ConfChange[] changes)
    {
        var disk = new SimDisk();
        disk.CreateDirectory(SnapshotFolder);
        var entries = changes.Select((change, i) => new Entry(
            new Term(1), new LogIndex((ulong)i + 1), EntryType.ConfChange, ConfChangeCodec.Encode(change)));
        WriteAheadLog.Create(
            disk,
            "/data/member/wal",
            new WalMetadata(self, 99).Encode(),
            new HardState(new Term(1), MemberId.None, new LogIndex((ulong)changes.Length)),
            entries.ToArray()).Dispose();
        return disk;
    }

    private static IEnumerable<(ConfChangeType Type, ulong Id)> ChangesIn(SimDisk disk) =>
        ReadLog(disk).Where(entry => entry.Type == EntryType.ConfChange)
            .Select(entry => ConfChangeCodec.Read(entry.Data.Span))
            .Select(change => (change.Type, change.MemberId.Value));

    private static IReadOnlyList<Entry> ReadLog(SimDisk disk)
    {
        using var log = WriteAheadLog.Open(disk, "/data/member/wal", WalSnapshot.Start, out var content);
        return content.Entries;
    }
}
