using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Utl;

/// <summary>Each command of real etcdutl with each of its formats and errors, beside ours on the same files.</summary>
public sealed class UtlComparisonTests
{
    private const string Snapshot = "kube.snap";

    [Theory]
    [InlineData("snapshot")]
    [InlineData("snapshot frob")]
    [InlineData("snap")]
    [InlineData("snapshot status --help")]
    [InlineData("snapshot restore --help")]
    [InlineData("help snapshot restore")]
    [InlineData("backup -h")]
    [InlineData("check v2store --help")]
    [InlineData("defrag --help")]
    [InlineData("completion")]
    [InlineData("completion bash --help")]
    [InlineData("frob")]
    [InlineData("snapshot save x")]
    [InlineData("defrag")]
    [InlineData("backup")]
    [InlineData("check v2store")]
    [InlineData("snapshot restore")]
    [InlineData("snapshot restore --frob")]
    [InlineData("snapshot restore x --bump-revision=x")]
    [InlineData("snapshot restore x --skip-hash-check=maybe")]
    [InlineData("snapshot restore x --initial-memory-map-size=-1")]
    [InlineData("snapshot restore --data-dir=d")]
    [InlineData("snapshot restore a b --data-dir=d")]
    [InlineData("snapshot restore a --data-dir=d --mark-compacted")]
    [InlineData("snapshot restore a --data-dir=d --bump-revision=5")]
    [InlineData("snapshot restore nope --data-dir=d")]
    [InlineData("snapshot status")]
    [InlineData("snapshot status nope")]
    [InlineData("snapshot status nope -w frob")]
    [InlineData("check v2store --data-dir=nope")]
    public async Task Pages_and_refusals_are_those_of_etcdutl(string line)
    {
        using var pair = new UtlPair();
        await pair.CompareAsync(line);
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("json")]
    [InlineData("fields")]
    [InlineData("table")]
    [InlineData("protobuf")]
    [InlineData("frob")]
    public async Task Status_is_that_of_etcdutl_in_each_format(string format)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        await pair.CompareAsync($"snapshot status {Snapshot} -w {format}");
        GiveDataDirectory(pair, "etcd-3.5.30-datadir");
        await pair.CompareAsync($"snapshot status snapshot.db --write-out={format}");
        await pair.CompareAsync($"snapshot status data/member/snap/db -w={format}");
    }

    [Fact]
    public async Task Status_of_a_3_6_database_is_that_of_etcdutl()
    {
        using var pair = new UtlPair();
        GiveDataDirectory(pair, "etcd-3.6.14-datadir");
        await pair.CompareAsync("snapshot status data/member/snap/db");
    }

    [Theory]
    [InlineData("--initial-cluster=default=foo")]
    [InlineData("--initial-cluster=default")]
    [InlineData("--initial-cluster=")]
    [InlineData("--initial-cluster=a=http://x:1")]
    [InlineData("--initial-cluster=default=http://127.0.0.1:2380")]
    [InlineData("--initial-cluster=default=http://localhost:2380,default=http://localhost:2380")]
    [InlineData("--initial-cluster=default=http://localhost:2380,b=http://localhost:2380")]
    [InlineData("--initial-cluster=default=http://localhost:2380,default=http://localhost:2381")]
    [InlineData("--initial-cluster=default=http://a:2380/path")]
    [InlineData("--initial-cluster=default=http://localhost")]
    [InlineData("--initial-cluster=default=ftp://localhost:1")]
    [InlineData("--initial-advertise-peer-urls=")]
    [InlineData("--initial-advertise-peer-urls=foo")]
    [InlineData("--initial-advertise-peer-urls=http://10.0.0.1:2380")]
    [InlineData("--initial-advertise-peer-urls=http://localhost:2380,http://localhost:2381")]
    [InlineData("--name=b")]
    [InlineData("--name=")]
    [InlineData("--wal-dir=.")]
    public async Task Refused_restore_says_what_etcdutl_says(string flags)
    {
        using var pair = new UtlPair();
        GiveSnapshot(pair);
        var result = await pair.CompareAsync($"snapshot restore {Snapshot} --data-dir=data {flags}");
        Assert.Equal(1, result.ExitCode);
        Assert.False(Directory.Exists(pair.Ours("data")));
    }

    [Theory]
    [InlineData("trailing hash")]
    [InlineData("meta")]
    [InlineData("leaf")]
    [InlineData("branch")]
    [InlineData("no hash")]
    [InlineData("byte more")]
    [InlineData("sector more")]
    [InlineData("half")]
    [InlineData("empty")]
    [InlineData("short")]
    [InlineData("text")]
    public async Task Damaged_snapshot_is_refused_as_etcdutl_refuses_it_and_leaves_nothing(string damage)
    {
        using var pair = new UtlPair();
        pair.Give(Snapshot, Damaged(damage));
        var result = await pair.CompareAsync($"snapshot restore {Snapshot} --data-dir=data");
        Assert.Equal(1, result.ExitCode);
        Assert.False(Directory.Exists(pair.Ours("data")));

        // Go crashes on damaged pages, and reads the hash at the end no more than ours.
        var status = await pair.RunOursAsync($"snapshot status {Snapshot}");
        var goStatus = await pair.RunGoAsync($"snapshot status {Snapshot}");
        if (goStatus.ExitCode == 0)
        {
            Assert.Equal(goStatus, status);
        }
        else
        {
            Assert.Equal(1, status.ExitCode);
            Assert.StartsWith("Error: ", status.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Defragmented_database_holds_the_same()
    {
        using var pair = new UtlPair();
        GiveDataDirectory(pair, "etcd-3.5.30-datadir");
        var go = await pair.RunGoAsync("defrag --data-dir=data");
        var ours = await pair.RunOursAsync("defrag --data-dir=data");
        Assert.Equal((0, ""), (ours.ExitCode, ours.Output));
        Assert.Equal(Words(go.Error), Words(ours.Error));
        var before = (await pair.RunGoAsync("snapshot status snapshot.db")).Success.Split(", ");
        var goStatus = (await pair.RunGoAsync("snapshot status data/member/snap/db")).Success.Split(", ");
        var ourStatus = (await pair.RunOursAsync("snapshot status data/member/snap/db")).Success.Split(", ");
        Assert.Equal(goStatus[..3], ourStatus[..3]);
        Assert.Equal(before[1..3], ourStatus[1..3]);
        Assert.True(new FileInfo(pair.Ours("data/member/snap/db")).Length < 1 << 25);
        var check = await pair.RunOursAsync("check db --data-dir=data");
        Assert.EndsWith("\nsound\n", check.Success, StringComparison.Ordinal);
        Assert.Equal(["db"], Directory.GetFiles(pair.Ours("data/member/snap"), "db*").Select(Path.GetFileName));
    }

    [Fact]
    public async Task Version_2_content_is_told_as_etcdutl_tells_it()
    {
        using var pair = new UtlPair();
        GiveDataDirectory(pair, "etcd-3.5.30-datadir");
        await pair.CompareAsync("check v2store --data-dir=data");
        await pair.CompareAsync("check v2store --data-dir=data --wal-dir=nope");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--with-v3=false")]
    public async Task Backup_has_the_entries_and_the_data_of_etcdutl(string flags)
    {
        using var pair = new UtlPair();
        GiveDataDirectory(pair, "etcd-3.5.30-datadir");
        await pair.CompareAsync($"backup --data-dir=data --backup-dir=backup {flags}");
        Assert.Equal(await EntriesAsync(pair, pair.Go("backup")), await EntriesAsync(pair, pair.Ours("backup")));
        Assert.Equal(await RecordsAsync(pair, pair.Go("backup")), await RecordsAsync(pair, pair.Ours("backup")));
        var again = await pair.RunOursAsync($"backup --data-dir=data --backup-dir=backup {flags}");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("to be empty, got [", again.Error, StringComparison.Ordinal);
    }

    private static void GiveSnapshot(UtlPair pair) => pair.Give(Snapshot, Damaged("none"));

    private static void GiveDataDirectory(UtlPair pair, string fixture)
    {
        Fixtures.Unpack($"{fixture}.tar.gz", pair.Go(""));
        Fixtures.Unpack($"{fixture}.tar.gz", pair.Ours(""));
    }

    private static async Task<string> EntriesAsync(UtlPair pair, string directory) =>
        WithoutPaths((await pair.RunOursAsync($"wal dump {directory} --type=entry,state,metadata --full")).Success);

    // All but the member, whose id is drawn.
    private static async Task<string> RecordsAsync(UtlPair pair, string directory)
    {
        var dump = (await pair.RunOursAsync($"db dump {directory} --full")).Success;
        return WithoutPaths(string.Join(
            '\n', dump.Split('\n').Where(line => !line.Contains("etcdctl-v2-backup", StringComparison.Ordinal))));
    }

    private static string WithoutPaths(string dump) =>
        string.Join('\n', dump.Split('\n').Where(line => !line.StartsWith('#')));

    private static IEnumerable<string> Words(string log) =>
        log.Split('\n').Select(line => line.Split('\t').ElementAtOrDefault(3) ?? "");

    private static byte[] Damaged(string damage)
    {
        using var directory = new TemporaryDirectory();
        Fixtures.Gunzip("kube-registry.snap.gz", directory.File("snap"));
        var bytes = File.ReadAllBytes(directory.File("snap"));
        return damage switch
        {
            "none" => bytes,
            "trailing hash" => Filled(bytes, bytes.Length - 32, 32),
            "meta" => Filled(bytes, 16, 64),
            "leaf" => Filled(bytes, 2 * 4096, 64),
            "branch" => Filled(bytes, 84 * 4096, 64),
            "no hash" => bytes[..^32],
            "byte more" => [.. bytes, 1],
            "sector more" => [.. bytes, .. new byte[512]],
            "half" => bytes[..(bytes.Length / 2)],
            "empty" => [],
            "short" => bytes[..16],
            "text" => Filled(new byte[12_000], 0, 12_000),
            _ => throw new ArgumentException(damage, nameof(damage)),
        };
    }

    private static byte[] Filled(byte[] bytes, int offset, int length)
    {
        bytes.AsSpan(offset, length).Fill(0x41);
        return bytes;
    }
}
