using Netcd.Base;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Server.Requests;
using Netcd.TestKit;

namespace Netcd.Server.Tests;

/// <summary>Data directories written by Go etcd are started as they are.</summary>
public sealed class FixtureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-server-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("etcd-3.5.30-datadir", 479, 434, 252, 1994757116u, "3.5.0")]
    [InlineData("etcd-3.5.30-crash", 64, -1, 61, 844181287u, "3.5.0")]
    [InlineData("etcd-3.5.30-walcut", 49, 47, 2, 3539913684u, "3.5.0")]
    [InlineData("etcd-3.6.14-datadir", 262, 130, 230, 3951756649u, "3.6.0")]
    public async Task A_directory_of_Go_starts_with_its_keys_and_goes_on(
        string fixture, long revision, long compactRevision, int keys, uint hash, string clusterVersion)
    {
        Fixtures.Unpack(fixture + ".tar.gz", _directory);
        for (var round = 0; round < 2; round++)
        {
            using var member = Member.Open(Options());
            member.Start();
            await member.Ready.WaitAsync(Patience);
            Assert.Equal(0x6803b3643a72a755UL, member.Id.Value);
            Assert.Equal(0xf108d315ca7282fdUL, member.ClusterId);
            Assert.Equal(clusterVersion, member.ClusterVersion);
            Assert.Equal("fix1", Assert.Single(member.Members).Name);
            Assert.Equal(compactRevision, member.Store.CompactRevision);
            Assert.Equal(revision + round, member.Store.CurrentRevision);
            Assert.Equal(keys + round, member.Store.KeyCount);
            Assert.Equal(StoreStatus.Ok, member.Store.HashKeyValues(revision, out var found, out _));
            Assert.Equal(hash, found.Hash);

            var waiter = new ReplyWaiter();
            var id = member.NextRequestId();
            var put = Messages.Put($"netcd{round}", "x");
            var auth = member.Auth;
            member.Propose(
                id, InternalRequestEncoder.Encode(InternalRequestKind.Put, put, id, "root"u8, auth.Revision), waiter);
            Assert.Equal(revision + round + 1, (await waiter.Result.WaitAsync(Patience)).Revision);
        }
    }

    [Fact]
    public async Task Leases_of_Go_are_there_with_their_keys()
    {
        Fixtures.Unpack("etcd-3.5.30-crash.tar.gz", _directory);
        using var member = Member.Open(Options());
        member.Start();
        await member.Ready.WaitAsync(Patience);
        Assert.True(member.Lessor.TryGet(new LeaseId(77), out var lease));
        Assert.Equal(1_000_000_000, lease.GrantedTtlSeconds);
        Assert.Single(member.Lessor.Keys(new LeaseId(77)));
    }

    [Fact]
    public async Task A_log_without_its_database_is_replayed_whole()
    {
        Fixtures.Unpack("etcd-3.5.30-walcut.tar.gz", _directory);
        File.Delete(_directory + "/data/member/snap/db");
        using var member = Member.Open(Options());
        member.Start();
        await member.Ready.WaitAsync(Patience);
        Assert.Equal(StoreStatus.Ok, member.Store.HashKeyValues(0, out var hash, out _));
        Assert.Equal(3539913684u, hash.Hash);
    }

    [Fact]
    public void A_directory_in_use_is_refused()
    {
        Fixtures.Unpack("etcd-3.5.30-walcut.tar.gz", _directory);
        using var member = Member.Open(Options());
        Assert.ThrowsAny<IOException>(() => Member.Open(Options()));
    }

    [Fact]
    public void A_missing_database_behind_a_snapshot_is_refused()
    {
        Fixtures.Unpack("etcd-3.5.30-datadir.tar.gz", _directory);
        File.Delete(_directory + "/data/member/snap/db");
        var error = Assert.Throws<MemberStartException>(() => Member.Open(Options()));
        Assert.Contains("of the backend is missing", error.Message);
    }

    [Fact]
    public void A_damaged_log_is_refused_with_file_and_offset()
    {
        Fixtures.Unpack("etcd-3.5.30-datadir.tar.gz", _directory);
        var path = _directory + "/data/member/wal/0000000000000000-0000000000000000.wal";
        using (var file = RealDisk.Instance.Open(path, DiskOpenMode.ReadWrite))
        {
            file.Write(100_001, [0xAA]);
        }

        var error = Assert.Throws<CorruptionException>(() => Member.Open(Options()));
        Assert.StartsWith(path + ": offset ", error.Place);
    }

    private MemberOptions Options() => new()
    {
        Name = "fix1",
        DataDirectory = _directory + "/data",
        InitialCluster = [new InitialMember("fix1", ["http://127.0.0.1:41380"])],
        InitialClusterToken = "fixture-token",
        AdvertiseClientUrls = ["http://127.0.0.1:41379"],
        Seed = 1,
    };
}
