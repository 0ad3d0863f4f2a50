using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Bbolt;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Snapshots;
using Netcd.Offline.Tests.Support;
using Netcd.Wal;

namespace Netcd.Offline.Tests.Snapshots;

public sealed class SnapshotRestoreTests : IDisposable
{
    // What kube-registry.snap's member answered (tests/fixtures/README.md).
    private const uint KubeHash = 1288562033;

    private readonly WorkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Restored_directory_has_the_data_and_the_new_members()
    {
        var data = _files.Path("data");
        await RestoreAsync(Options(data));
        var database = data + "/member/snap/db";
        Assert.Equal(KubeHash, HashReader.Read(_files.Tools, database, 0).Hash);
        Assert.Equal(new LogIndex(1), BackendFile.Check(RealDisk.Instance, database));
        using (var opened = BboltDatabase.Open(RealDisk.Instance, database, new BboltOptions()))
        {
            Assert.Empty(opened.Check());
            using var transaction = opened.BeginRead();
            Assert.True(transaction.TryGetBucket("members"u8, out var members));
            var cursor = members.Cursor();
            Assert.True(cursor.First());
            Assert.Equal("8e9e05c52164694d"u8, cursor.Key);
            Assert.Equal(
                """{"id":10276657743932975437,"peerURLs":["http://localhost:2380"],"name":"default"}"""u8,
                cursor.Value);
            Assert.False(cursor.Next());
        }

        var snapshots = WriteAheadLog.ValidSnapshots(RealDisk.Instance, data + "/member/wal");
        Assert.Equal(new LogIndex(1), snapshots[^1].Index);
        var log = WriteAheadLog.Read(RealDisk.Instance, data + "/member/wal", WalSnapshot.Start);
        Assert.Equal(
            new HardState(new Term(1), new MemberId(0x8e9e05c52164694d), new LogIndex(1)), log.State);
        Assert.Equal("added member", _files.Log.Lines[2].Split(" cluster-id")[0]);
    }

    [Fact]
    public async Task Revision_is_bumped_and_marked_as_compacted()
    {
        var data = _files.Path("data");
        await RestoreAsync(Options(data) with { BumpRevision = 1_000_000 });
        var hash = HashReader.Read(_files.Tools, data + "/member/snap/db", 0);
        Assert.Equal(1_000_269, hash.Revision);
        Assert.Equal(1_000_269, hash.CompactRevision);
        Assert.Contains(
            "bumping latest revision latest-revision=269 bump-amount=1000000 new-latest-revision=1000269",
            _files.Log.Lines);
        Assert.Contains("marking revision compacted revision=1000269", _files.Log.Lines);
    }

    [Fact]
    public async Task Bump_past_the_last_revision_is_refused_and_leaves_nothing()
    {
        var data = _files.Path("data");
        await RefusedAsync(
            Options(data) with { BumpRevision = long.MaxValue },
            "revision 269 cannot be bumped by 9223372036854775807: revisions end at 9223372036854775807");
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task Directory_with_files_is_refused_and_left_alone()
    {
        var data = _files.Path("data");
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(data + "/precious", "x");
        await RefusedAsync(Options(data), $"data-dir \"{data}\" not empty or could not be read");
        Assert.Equal("x", await File.ReadAllTextAsync(data + "/precious"));
    }

    [Fact]
    public async Task Empty_directory_is_taken_and_stays_after_a_failure()
    {
        var data = _files.Path("data");
        Directory.CreateDirectory(data);
        var wrong = Changed(bytes => bytes[^1] ^= 1);
        await RefusedAsync(Options(data) with { SnapshotPath = wrong }, "expected sha256 [");
        Assert.Empty(Directory.EnumerateFileSystemEntries(data));
        await RestoreAsync(Options(data));
        Assert.True(File.Exists(data + "/member/snap/db"));
    }

    [Fact]
    public async Task Log_lies_where_it_is_told_to()
    {
        var (data, wal) = (_files.Path("data"), _files.Path("logs/wal"));
        await RestoreAsync(Options(data) with { WalDirectory = wal });
        Assert.True(File.Exists(wal + "/0000000000000000-0000000000000000.wal"));
        Assert.False(Directory.Exists(data + "/member/wal"));
        await RefusedAsync(Options(_files.Path("other")) with { WalDirectory = wal }, $"wal-dir \"{wal}\" exists");
    }

    [Theory]
    [InlineData("trailing hash", "expected sha256 [")]
    [InlineData("first meta", "expected sha256 [")]
    [InlineData("leaf", "expected sha256 [")]
    [InlineData("no hash", "snapshot missing hash but --skip-hash-check=false")]
    [InlineData("one byte more", "snapshot missing hash but --skip-hash-check=false")]
    [InlineData("sector more", "expected sha256 [")]
    [InlineData("half", "snapshot missing hash but --skip-hash-check=false")]
    [InlineData("empty", "invalid argument")]
    [InlineData("16 bytes", "invalid argument")]
    [InlineData("text", "snapshot missing hash but --skip-hash-check=false")]
    public async Task Damaged_snapshot_is_refused_and_leaves_nothing(string damage, string problem)
    {
        var data = _files.Path("data");
        await RefusedAsync(Options(data) with { SnapshotPath = Damaged(damage) }, problem);
        Assert.False(Directory.Exists(data));
    }

    [Theory]
    [InlineData("leaf", "page 2")]
    [InlineData("branch", "page 84")]
    [InlineData("half", "file size too small")]
    [InlineData("both metas", "checksum error")]
    [InlineData("text", "invalid database")]
    [InlineData("16 bytes", "invalid argument")]
    public async Task Damage_is_found_without_the_hash_too(string damage, string problem)
    {
        var data = _files.Path("data");
        await RefusedAsync(
            Options(data) with { SnapshotPath = Damaged(damage), SkipHashCheck = true }, problem);
        Assert.False(Directory.Exists(data));
    }

    [Theory]
    [InlineData("no hash")]
    [InlineData("first meta")]
    [InlineData("trailing hash")]
    public async Task Whole_database_is_taken_without_the_hash(string damage)
    {
        var data = _files.Path("data");
        await RestoreAsync(Options(data) with { SnapshotPath = Damaged(damage), SkipHashCheck = true });
        Assert.Equal(KubeHash, HashReader.Read(_files.Tools, data + "/member/snap/db", 0).Hash);
    }

    private RestoreOptions Options(string data) => new()
    {
        SnapshotPath = File.Exists(_files.Path("kube-registry.snap"))
            ? _files.Path("kube-registry.snap")
            : _files.KubeRegistry(),
        DataDirectory = data,
    };

    private Task RestoreAsync(RestoreOptions options) =>
        new SnapshotRestore(_files.Tools, options).RunAsync(CancellationToken.None);

    private async Task RefusedAsync(RestoreOptions options, string problem)
    {
        var refused = await Assert.ThrowsAsync<OfflineException>(() => RestoreAsync(options));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    private string Changed(Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(_files.KubeRegistry());
        change(bytes);
        File.WriteAllBytes(_files.Path("changed.snap"), bytes);
        return _files.Path("changed.snap");
    }

    private string Damaged(string damage)
    {
        var bytes = File.ReadAllBytes(_files.KubeRegistry());
        bytes = damage switch
        {
            "trailing hash" => Filled(bytes, bytes.Length - 32, 32),
            "first meta" => Filled(bytes, 16, 64),
            "both metas" => Filled(Filled(bytes, 4096 + 16 + 48, 8), 16 + 48, 8),
            "leaf" => Filled(bytes, 2 * 4096, 64),
            "branch" => Filled(bytes, 84 * 4096, 64),
            "no hash" => bytes[..^32],
            "one byte more" => [.. bytes, 1],
            "sector more" => [.. bytes, .. new byte[512]],
            "half" => bytes[..(bytes.Length / 2)],
            "empty" => [],
            "16 bytes" => bytes[..16],
            "text" => "hello world\n"u8.ToArray().SelectMany(b => Enumerable.Repeat(b, 1000)).ToArray(),
            _ => throw new ArgumentException(damage, nameof(damage)),
        };
        File.WriteAllBytes(_files.Path("damaged.snap"), bytes);
        return _files.Path("damaged.snap");
    }

    private static byte[] Filled(byte[] bytes, int offset, int length)
    {
        bytes.AsSpan(offset, length).Fill(0xff);
        return bytes;
    }
}
