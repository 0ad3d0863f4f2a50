using System.Text.RegularExpressions;
using Netcd.Conformance.ClientLibrary;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.LongRunning;

/// <summary>etcdctl watch and lease keep-alive: ours prints what the real one prints.</summary>
public sealed partial class WatchCommandTests
{
    // It has to live until a tool has started, on a busy machine too; its end is heard after a third of it.
    private const int Ttl = 15;

    public static TheoryData<string, int> Formats => new()
    {
        { "simple", 13 },
        { "json", 1 },
        { "fields", 37 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Events_are_printed_alike(string format, int lines)
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        await one.Client.Kv.PutAsync("w/a", "1");
        await one.Client.Kv.PutAsync("w/a", new byte[] { 0x32, 0xff, 0x22 });
        await one.Client.Kv.DeleteAsync("w/a");

        // What is past comes in one batch; what happens from now on may come in one or in two.
        await using var ours = Watch("ours");
        await using var real = Watch("go");
        Assert.Equal(await ReadAsync(real, lines), await ReadAsync(ours, lines));
        await one.Client.Kv.PutAsync("w/b", "now");
        var live = format == "simple" ? 3 : format == "json" ? 1 : 8;
        Assert.Equal(await ReadAsync(real, live), await ReadAsync(ours, live));

        RunningTool Watch(string tool) => new(
            RunningTool.PathOf(tool), one.Url, "watch", "w/", "--prefix", "--prev-kv", "--rev=2", "-w", format);
    }

    [Fact]
    public async Task Interactive_watches_are_printed_alike()
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        await one.Client.Kv.PutAsync("a", "1");
        await one.Client.Kv.PutAsync("b", "2");
        var results = new List<(string[] Lines, ProcessResult End)>();
        foreach (var tool in new[] { "ours", "go" })
        {
            await using var shell = new RunningTool(RunningTool.PathOf(tool), one.Url, "watch", "-i");
            await shell.WriteLineAsync("nonsense");
            await shell.WriteLineAsync("watch a --rev=1 --prev-kv");
            string[] first = [await shell.ReadLineAsync(), await shell.ReadLineAsync(), await shell.ReadLineAsync()];
            await shell.WriteLineAsync("watch 'b' --rev 3 -- echo got it");
            var second = new List<string>();
            for (var i = 0; i < 4; i++)
            {
                second.Add(await shell.ReadLineAsync());
            }

            await shell.WriteLineAsync("progress");
            second.Add(await shell.ReadLineAsync());
            second.Add(await shell.ReadLineAsync());
            await shell.WriteLineAsync("watch");
            await shell.WriteLineAsync("watch x --");
            var end = await shell.EndAsync();
            results.Add(([.. first, .. second], end));
        }

        Assert.Equal(results[1].Lines, results[0].Lines);
        Assert.Equal(results[1].End, results[0].End);
        Assert.Equal("got it", results[0].Lines[6]);
        Assert.Equal("progress notify: 3", results[0].Lines[7]);
    }

    [Fact]
    public async Task A_compacted_watch_and_a_failing_command_end_alike()
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        await one.Client.Kv.PutAsync("a", "1");
        await one.Client.Kv.PutAsync("a", "2");
        await one.Client.Kv.CompactAsync(3);
        foreach (var arguments in new string[][]
        {
            ["watch", "a", "--rev=1"], ["watch", "a", "--rev=1", "-w", "json"], ["watch", "a", "--rev=3", "--", "false"],
            ["watch", "a", "b", "--prefix"], ["watch"], ["watch", "a", "--"],
        })
        {
            var real = await RunningTool.RunAsync(Programs.GoEtcdctl, one.Url, arguments);
            var ours = await RunningTool.RunAsync(Programs.NetcdCtl, one.Url, arguments);
            Assert.Equal(real, ours);
        }
    }

    [Fact]
    public async Task Leases_are_kept_alive_and_their_end_is_told_alike()
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        var results = new List<string>();
        foreach (var tool in new[] { "ours", "go" })
        {
            var lease = (await one.Client.Leases.GrantAsync(Ttl)).ID;
            await using var keeper = new RunningTool(
                RunningTool.PathOf(tool), one.Url, "lease", "keep-alive", $"{lease:x}");
            var first = await keeper.ReadLineAsync();
            Assert.Equal($"lease {lease:x16} keepalived with TTL({Ttl})", first);
            await one.Client.Leases.RevokeAsync(lease);
            var end = await keeper.EndAsync();
            Assert.Equal((0, ""), (end.ExitCode, end.Error));
            results.Add(RepeatedLine().Replace(end.Output, "").Replace($"{lease:x16}", "ID"));
            var gone = await RunningTool.RunAsync(
                RunningTool.PathOf(tool), one.Url, "lease", "keep-alive", "--once", $"{lease:x}");
            Assert.Equal(
                (2, "", "Error: etcdserver: requested lease not found\n"), (gone.ExitCode, gone.Output, gone.Error));
        }

        Assert.Equal("lease ID expired or revoked.\n", results[0]);
        Assert.Equal(results[1], results[0]);
    }

    private static async Task<string> ReadAsync(RunningTool tool, int lines)
    {
        var text = "";
        for (var i = 0; i < lines; i++)
        {
            text += await tool.ReadLineAsync() + "\n";
        }

        return text;
    }

    // How often it is renewed before the end depends on the time.
    [GeneratedRegex(@"lease \w+ keepalived with TTL\(15\)\n")]
    private static partial Regex RepeatedLine();
}
