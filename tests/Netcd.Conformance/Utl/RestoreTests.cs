using Netcd.Conformance.Durability;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Netcd.TestKit;

namespace Netcd.Conformance.Utl;

/// <summary>
/// Data directories restored by one program and served by the other, and restores that cannot end well.
/// </summary>
public sealed class RestoreTests
{
    private const string Snapshot = "kube.snap";
    private const uint KubeHash = 1288562033;

    [Theory]
    [InlineData("")]
    [InlineData("--initial-cluster-token=other")]
    [InlineData("--wal-dir=wal")]
    [InlineData("--initial-cluster=default=http://localhost:2380,b=http://b:1,c=http://c:2")]
    [InlineData(
        "--name=b --initial-cluster=b=http://localhost:7,a=http://a:1 "
        + "--initial-advertise-peer-urls=http://localhost:7")]
    [InlineData("--skip-hash-check")]
    [InlineData("--bump-revision=1000000 --mark-compacted")]
    [InlineData("--initial-memory-map-size=1")]
    public async Task Restored_files_hold_what_those_of_etcdutl_hold(string flags)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        var restored = await pair.CompareAsync($"snapshot restore {Snapshot} --data-dir=data {flags}");
        Assert.Equal(0, restored.ExitCode);

        // All buckets with all that is in them; and the log to the last byte.
        var status = (await pair.RunGoAsync("snapshot status data/member/snap/db -w fields")).Success.Split('\n')[..3];
        Assert.Equal(status, (await RunGoOnOursAsync(pair)).Split('\n')[..3]);
        var wal = flags.Contains("--wal-dir", StringComparison.Ordinal) ? "wal" : "data/member/wal";
        Assert.Equal(Log(pair.Go(wal)), Log(pair.Ours(wal)));
        Assert.Equal(
            Directory.GetFiles(pair.Go("data/member/snap")).Select(Path.GetFileName).Order(),
            Directory.GetFiles(pair.Ours("data/member/snap")).Select(Path.GetFileName).Order());
        var check = await pair.RunOursAsync("check db --data-dir=data");
        Assert.EndsWith("\nsound\n", check.Success, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ServerKind.Netcd, ServerKind.Go)]
    [InlineData(ServerKind.Netcd, ServerKind.Netcd)]
    [InlineData(ServerKind.Go, ServerKind.Netcd)]
    public async Task Restored_directory_is_served_by_the_other_program(ServerKind restorer, ServerKind server)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        var data = await RestoreAsync(pair, restorer, peerPort, "");
        await using var member = await EtcdServer.StartAsync(server, data, clientPort, peerPort);
        using var client = new V3Client(member.ClientUrl);
        var hash = await client.HashKvAsync();
        Assert.Equal(KubeHash, hash.Hash);
        Assert.Equal(269, hash.Header.Revision);
        var members = await client.MembersAsync();
        var found = Assert.Single(members.Members);
        Assert.Equal("m1", found.Name);
        Assert.Equal([$"http://127.0.0.1:{peerPort}"], found.PeerURLs);
        Assert.Equal(270, (await client.PutAsync("after", "restore")).Header.Revision);

        // The ids follow from the flags, whoever restored.
        var goDump = await pair.RunOursAsync($"wal dump {data} --type=metadata");
        Assert.Contains($"member={found.ID:x} cluster={members.Header.ClusterId:x}", goDump.Success,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ServerKind.Go, ServerKind.Go)]
    [InlineData(ServerKind.Netcd, ServerKind.Go)]
    [InlineData(ServerKind.Netcd, ServerKind.Netcd)]
    public async Task Bumped_revision_is_compacted_and_old_ones_are_refused(ServerKind restorer, ServerKind server)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        var data = await RestoreAsync(pair, restorer, peerPort, "--bump-revision=1000000 --mark-compacted");
        await using var member = await EtcdServer.StartAsync(server, data, clientPort, peerPort);
        using var client = new V3Client(member.ClientUrl);
        var all = await client.EverythingAsync();
        Assert.Equal(1_000_269, all.Header.Revision);
        Assert.Equal(241, all.Kvs.Count);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => client.EverythingAsync(revision: 269));
        Assert.Contains("required revision has been compacted", refused.Message, StringComparison.Ordinal);
        using var watch = client.Watch();
        await watch.WriteAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest { Key = V3Client.Bytes("/"), StartRevision = 200 },
        });
        var answer = await NextAsync(watch, response => response.Canceled);
        Assert.Equal(1_000_269, answer.CompactRevision);
        Assert.Equal(1_000_270, (await client.PutAsync("after", "restore")).Header.Revision);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Files_of_a_running_member_are_refused_at_once(ServerKind server)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        await using var member = await EtcdServer.StartAsync(server, pair.Ours("data"));
        const string InUse =
            "database file \"data/member/snap/db\" is in use by another process: stop the member that runs on it first";
        foreach (var (line, error) in new[]
        {
            ("defrag --data-dir=data", $"Failed to defragment etcd data[data] ({InUse})"),
            ("snapshot status data/member/snap/db", InUse),
            ("hashkv data/member/snap/db", InUse),
            ("check db --data-dir=data", InUse),
            ("db dump data", InUse),
            ("migrate --data-dir=data --target-version=3.6", InUse),
            ("backup --data-dir=data --backup-dir=backup", InUse),
            ($"snapshot restore {Snapshot} --data-dir=data", "data-dir \"data\" not empty or could not be read"),
        })
        {
            var result = await pair.RunOursAsync(line);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.EndsWith($"Error: {error}\n", result.Error, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(pair.Ours("backup/member/wal")));
        var log = await pair.RunOursAsync("wal dump data");
        Assert.Contains(" conf_change add_node member=", log.Output, StringComparison.Ordinal);
        using var client = new V3Client(member.ClientUrl);
        await client.PutAsync("still", "alive");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public async Task Full_disk_leaves_nothing_of_a_restore(int megabytesTaken)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        await using var disk = await SmallDisk.MountAsync(pair.Ours("disk"), megabytes: 32);

        // Either the database does not fit, or it does and the log of 64 MB does not.
        if (megabytesTaken > 0)
        {
            var ballast = await Command.RunAsync(
                "fallocate", ["-l", $"{(megabytesTaken << 20) - 65536}", disk.File("ballast")]);
            Assert.Empty(ballast.Success);
        }

        var result = await pair.RunOursAsync($"snapshot restore {Snapshot} --data-dir=disk/data");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no space left on device", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(disk.File("data")));
        Assert.Equal(megabytesTaken > 0 ? 1 : 0, Directory.GetFileSystemEntries(pair.Ours("disk")).Length);
    }

    [Fact]
    public async Task Full_disk_leaves_a_database_that_was_to_be_defragmented()
    {
        using var pair = new UtlPair();
        await using var disk = await SmallDisk.MountAsync(pair.Ours("disk"), megabytes: 128);
        Fixtures.Unpack("etcd-3.5.30-datadir.tar.gz", pair.Ours("disk"));
        var before = await pair.RunOursAsync("snapshot status disk/data/member/snap/db");
        var free = new DriveInfo(pair.Ours("disk")).AvailableFreeSpace;
        await Command.RunAsync("fallocate", ["-l", $"{free - 65536}", disk.File("ballast")]);
        var result = await pair.RunOursAsync("defrag --data-dir=disk/data");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no space left on device", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await pair.RunOursAsync("snapshot status disk/data/member/snap/db"));
        Assert.Empty(Directory.GetFiles(disk.File("data/member/snap"), "db.tmp*"));
    }

    [Fact]
    public async Task Database_of_3_6_is_migrated_to_the_schema_of_3_5_and_back()
    {
        using var pair = new UtlPair();
        Fixtures.Unpack("etcd-3.6.14-datadir.tar.gz", pair.Ours(""));
        var migrated = await pair.RunOursAsync("migrate --data-dir=data --target-version=3.5");
        Assert.Equal(0, migrated.ExitCode);
        Assert.Contains(
            "\tupdated storage version\t{\"new-storage-version\": \"3.5.0\"}\n",
            migrated.Error,
            StringComparison.Ordinal);
        var dump = (await pair.RunOursAsync("db dump data --bucket=meta")).Success;
        Assert.DoesNotContain("storageVersion", dump, StringComparison.Ordinal);
        var again = await pair.RunOursAsync("migrate --data-dir=data --target-version=3.5");
        Assert.Contains(
            "\tstorage version up-to-date\t{\"storage-version\": \"3.5\"}\n", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await pair.RunOursAsync("migrate --data-dir=data --target-version=3.6")).ExitCode);
        var version = (await pair.RunOursAsync("db dump data --bucket=meta")).Success;
        Assert.Contains("  storageVersion 3.6.0\n", version, StringComparison.Ordinal);
        var beyond = await pair.RunOursAsync("migrate --data-dir=data --target-version=3.7");
        Assert.Equal(1, beyond.ExitCode);
        Assert.Contains("version \"3.7.0\" is not supported", beyond.Error, StringComparison.Ordinal);
        var low = await pair.RunOursAsync("migrate --data-dir=data --target-version=3.4");
        Assert.Equal(
            (128, "Error: target version \"3.4\" not supported. Minimal \"3.5\"\n"), (low.ExitCode, low.Error));
        var wrong = await pair.RunOursAsync("migrate --data-dir=data --target-version=3.6.0");
        Assert.Equal(
            (128, "Error: wrong target version format, expected \"X.Y\", got \"3.6.0\"\n"),
            (wrong.ExitCode, wrong.Error));
    }

    private static void GiveSnapshot(UtlPair pair)
    {
        Fixtures.Gunzip("kube-registry.snap.gz", pair.Go(Snapshot));
        Fixtures.Gunzip("kube-registry.snap.gz", pair.Ours(Snapshot));
    }

    private static async Task<string> RestoreAsync(UtlPair pair, ServerKind restorer, int peerPort, string flags)
    {
        var peer = $"http://127.0.0.1:{peerPort}";
        var line = $"snapshot restore {Snapshot} --data-dir=data --name=m1 --initial-cluster=m1={peer} "
            + $"--initial-advertise-peer-urls={peer} {flags}";
        var result = restorer == ServerKind.Go ? await pair.RunGoAsync(line) : await pair.RunOursAsync(line);
        Assert.Empty(result.Success);
        return restorer == ServerKind.Go ? pair.Go("data") : pair.Ours("data");
    }

    private static async Task<string> RunGoOnOursAsync(UtlPair pair) =>
        (await pair.RunGoAsync($"snapshot status {pair.Ours("data/member/snap/db")} -w fields")).Success;

    private static byte[] Log(string directory) =>
        File.ReadAllBytes(Path.Combine(directory, "0000000000000000-0000000000000000.wal"));

    private static async Task<WatchResponse> NextAsync(
        Netcd.Grpc.Client.StreamingCall<WatchResponse> watch, Func<WatchResponse, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var response in watch.ReadAllAsync(limit.Token))
        {
            if (isWanted(response))
            {
                return response;
            }
        }

        throw new InvalidOperationException("the watch ended");
    }
}
