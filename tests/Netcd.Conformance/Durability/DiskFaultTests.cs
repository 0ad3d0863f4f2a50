using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Durability;

/// <summary>
/// The real program on a disk that is full and on one whose syncs fail: it ends, or refuses writes with the alarm as etcd
/// does, and what it acknowledged is there afterwards.
/// </summary>
public sealed class DiskFaultTests(ITestOutputHelper output)
{
    private const int WriterCount = 8;
    private const int ValueBytes = 64 * 1024;
    private const int PutsMax = 2000;

    // 64 MiB are the first log segment: the smaller disk has no room for the database, the larger none for a third
    // segment.
    [Theory]
    [InlineData(90)]
    [InlineData(170)]
    public async Task Full_disk_loses_nothing_acknowledged(int megabytes)
    {
        using var directory = new TemporaryDirectory();
        await using var disk = await SmallDisk.MountAsync(directory.File("disk"), megabytes);
        var acknowledged = new List<(string Key, long Revision)>();
        await using (var server = await EtcdServer.StartAsync(ServerKind.Netcd, disk.File("data")))
        {
            using var client = new V3Client(server.ClientUrl);
            await Task.WhenAll(
                Enumerable.Range(0, WriterCount).Select(writer => FillAsync(client, writer, acknowledged)));
            output.WriteLine($"{megabytes} MiB: {acknowledged.Count} writes acknowledged");
            Assert.NotInRange(acknowledged.Count, WriterCount * PutsMax, int.MaxValue);
            if (await HasAlarmAsync(client))
            {
                await server.KillAsync();
            }
            else
            {
                Assert.Equal(1, await server.WaitForExitAsync());
                Assert.Contains("no space left on device", server.Log, StringComparison.OrdinalIgnoreCase);
            }
        }

        await disk.EnlargeAsync(megabytes + 400);
        await CheckAsync(disk.File("data"), acknowledged);
    }

    // The first log segment fits, the database does not.
    [Fact]
    public async Task Limit_of_the_file_size_ends_the_member_with_a_word()
    {
        const string Limit = "ulimit -c 0; ulimit -f 70000; exec env --default-signal=XFSZ \"$@\"";
        using var directory = new TemporaryDirectory();
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        var acknowledged = new List<(string Key, long Revision)>();
        await using (var server = LaunchUnder(
            ["bash", "-c", Limit, "limited"],
            client, directory))
        {
            using var v3 = new V3Client(client);
            await Task.WhenAny(server.WaitForLogAsync("serving client traffic", TimeSpan.FromMinutes(2)));
            await FillAsync(v3, 0, acknowledged);
            Assert.Equal(1, await server.WaitForExitAsync());
            Assert.Contains("file too large", server.Log, StringComparison.OrdinalIgnoreCase);
        }

        Assert.NotEmpty(acknowledged);
        await CheckAsync(directory.File("data"), acknowledged);
    }

    [Theory]
    [InlineData("EINTR")]
    [InlineData("EOPNOTSUPP")]
    public async Task Member_serves_where_space_cannot_be_reserved(string error)
    {
        using var directory = new TemporaryDirectory();
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var server = LaunchUnder(
            [
                "strace", "-D", "-f", "-qq", "-o", directory.File("trace"), "-e", "trace=fallocate",
                "-e", $"inject=fallocate:error={error}",
            ],
            client, directory);
        await server.WaitForLogAsync("serving client traffic", TimeSpan.FromMinutes(2));
        using var v3 = new V3Client(client);
        Assert.Equal(2, (await v3.PutAsync("k", "v")).Header.Revision);
        Assert.Contains($"= -1 {error} ", await File.ReadAllTextAsync(directory.File("trace")), StringComparison.Ordinal);
    }

    // strace counts the calls of each thread: the number is that of the log's own syncs.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(200)]
    public async Task Failed_sync_ends_the_member_without_an_acknowledgement(int number)
    {
        using var directory = new TemporaryDirectory();
        var trace = directory.File("trace");
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        var acknowledged = new List<(string Key, long Revision)>();
        await using (var server = LaunchUnder(
            [
                "strace", "-D", "-f", "-qq", "-y", "-o", trace, "-e", "trace=fdatasync",
                "-e", $"inject=fdatasync:error=EIO:when={number}",
            ],
            client, directory))
        {
            // One writer that waits for each answer: every acknowledgement needs a sync of its own.
            using var v3 = new V3Client(client);
            await Task.WhenAny(server.WaitForLogAsync("serving client traffic", TimeSpan.FromMinutes(2)));
            await FillAsync(v3, 0, acknowledged);
            Assert.Equal(1, await server.WaitForExitAsync());
            Assert.Contains("input/output error", server.Log, StringComparison.OrdinalIgnoreCase);
        }

        var syncs = SyncsOf(await File.ReadAllLinesAsync(trace));
        var failed = syncs.Find(sync => sync.Text.Contains("(INJECTED)", StringComparison.Ordinal));
        Assert.True(failed.Text is not null, "no sync failed");
        var file = FileOf(failed.Text);
        Assert.NotEmpty(file);
        Assert.DoesNotContain(syncs, sync => sync.Begun > failed.Ended && FileOf(sync.Text) == file);
        Assert.True(
            acknowledged.Count <= syncs.Count(sync => FileOf(sync.Text).EndsWith(".wal", StringComparison.Ordinal)
                && sync.Text.EndsWith("= 0", StringComparison.Ordinal)),
            $"{acknowledged.Count} writes acknowledged\n{string.Join('\n', syncs)}");
        output.WriteLine($"sync {number}, of {file}: {acknowledged.Count} writes acknowledged");
        await CheckAsync(directory.File("data"), acknowledged);
    }

    // Where calls of two threads overlap, strace shows one in two lines: "FILE <unfinished ...>" and "<... resumed> RESULT".
    private static EtcdServer LaunchUnder(string[] wrapper, string client, TemporaryDirectory directory)
    {
        var peer = $"http://127.0.0.1:{FreePorts.Take()}";
        return EtcdServer.LaunchUnder(
            wrapper,
            ServerKind.Netcd, client, "--name=m1", $"--data-dir={directory.File("data")}",
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}",
            $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=m1={peer}");
    }

    private static List<(int Begun, int Ended, string Text)> SyncsOf(string[] lines)
    {
        var syncs = new List<(int, int, string)>();
        var unfinished = new Dictionary<string, (int Begun, string Text)>(StringComparer.Ordinal);
        for (var number = 0; number < lines.Length; number++)
        {
            var line = lines[number];
            var thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            if (line.Contains("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[thread] = (number, line);
            }
            else if (line.Contains("resumed>", StringComparison.Ordinal) && unfinished.Remove(thread, out var before))
            {
                syncs.Add((before.Begun, number, before.Text + line[line.IndexOf("resumed>", StringComparison.Ordinal)..]));
            }
            else
            {
                syncs.Add((number, number, line));
            }
        }

        return syncs;
    }

    private static string FileOf(string line)
    {
        var (start, end) = (line.IndexOf('<'), line.IndexOf('>'));
        return start >= 0 && end > start ? line[(start + 1)..end] : "";
    }

    private static async Task FillAsync(V3Client client, int writer, List<(string Key, long Revision)> acknowledged)
    {
        try
        {
            for (var number = 0; number < PutsMax; number++)
            {
                var key = $"{writer}/{number}";
                var put = new PutRequest { Key = V3Client.Bytes(key), Value = ValueOf(key) };
                var answer = await client.PutAsync(put);
                lock (acknowledged)
                {
                    acknowledged.Add((key, answer.Header.Revision));
                }
            }
        }
        catch (Exception problem) when (problem is GrpcException or IOException or HttpRequestException)
        {
            // The member ended, or refuses writes.
        }
    }

    private static ByteString ValueOf(string key)
    {
        var value = new byte[ValueBytes];
        Array.Fill(value, (byte)key.Sum(c => c * 31));
        return ByteString.CopyFrom(value);
    }

    private static async Task<bool> HasAlarmAsync(V3Client client)
    {
        try
        {
            var alarms = await client.AlarmAsync(new AlarmRequest());
            return alarms.Alarms.Any(alarm => alarm.Alarm == AlarmType.Nospace);
        }
        catch (Exception problem) when (problem is GrpcException or IOException or HttpRequestException)
        {
            return false;
        }
    }

    private static async Task CheckAsync(string data, List<(string Key, long Revision)> acknowledged)
    {
        await using (var server = await EtcdServer.StartAsync(ServerKind.Netcd, data))
        {
            using var client = new V3Client(server.ClientUrl);
            var revision = (await client.StatusAsync()).Header.Revision;
            foreach (var (key, written) in acknowledged)
            {
                var kv = (await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes(key) })).Kvs.Single();
                Assert.Equal(written, kv.ModRevision);
                Assert.Equal(ValueOf(key), kv.Value);
                Assert.True(written <= revision, "the revision went back");
            }

            await server.StopAsync();
        }

        await DatabaseCheck.RunAsync(Path.Combine(data, "member", "snap", "db"));
    }
}
