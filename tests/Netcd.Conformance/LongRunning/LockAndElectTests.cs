using Netcd.Conformance.ClientLibrary;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.LongRunning;

/// <summary>etcdctl lock and elect, ours beside the real one, with holders that are killed.</summary>
public sealed class LockAndElectTests
{
    // A tool that gets no processor for so long loses what it holds.
    private const string Ttl = "--ttl=12";

    public static TheoryData<ServerKind, string, string> Pairs => new()
    {
        { ServerKind.Netcd, "ours", "ours" },
        { ServerKind.Netcd, "ours", "go" },
        { ServerKind.Go, "go", "ours" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_lock_passes_on_when_its_holder_is_killed_or_told_to_stop(
        ServerKind kind, string first, string second)
    {
        await using var one = await OneMember.StartAsync(kind);
        await using var holder = new RunningTool(RunningTool.PathOf(first), one.Url, "lock", "l", Ttl);
        var key = await holder.ReadLineAsync();
        Assert.StartsWith("l/", key, StringComparison.Ordinal);
        await using var waiter = new RunningTool(RunningTool.PathOf(second), one.Url, "lock", "l", Ttl);
        await OneMember.UntilAsync(async () => (await one.KeysAsync("l/")).Count == 2);
        Assert.Equal(key, (await one.Client.Kv.GetAsync("l/", Client.GetOptions.FirstCreated)).Kvs[0].Key.ToStringUtf8());

        holder.Kill();
        var next = await waiter.ReadLineAsync();
        Assert.NotEqual(key, next);
        Assert.Equal([next], await one.KeysAsync("l/"));

        var end = await waiter.InterruptAsync();
        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.Empty(await one.KeysAsync("l/"));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task An_election_passes_on_when_its_leader_is_killed_or_told_to_stop(
        ServerKind kind, string first, string second)
    {
        await using var one = await OneMember.StartAsync(kind);
        await using var watcher = new RunningTool(Programs.NetcdCtl, one.Url, "elect", "-l", "e");
        await using var leader = new RunningTool(RunningTool.PathOf(first), one.Url, "elect", "e", "first");
        Assert.StartsWith("e/", await leader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("first", await leader.ReadLineAsync());

        // Whoever observes is told the newest leader: one that it is not waited for may be gone before it has looked.
        await SeeAsync(watcher, "first");
        await using var next = new RunningTool(RunningTool.PathOf(second), one.Url, "elect", "e", "second");
        await OneMember.UntilAsync(async () => (await one.KeysAsync("e/")).Count == 2);

        // The session of elect lives for a minute: the killed leader's lease is ended instead of waited for.
        leader.Kill();
        var dead = (await one.Client.Kv.GetAsync("e/", Client.GetOptions.FirstCreated)).Kvs[0];
        await one.Client.Leases.RevokeAsync(dead.Lease);
        Assert.StartsWith("e/", await next.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("second", await next.ReadLineAsync());
        await SeeAsync(watcher, "second");

        var end = await next.InterruptAsync();
        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.Empty(await one.KeysAsync("e/"));
        Assert.Equal(0, (await watcher.InterruptAsync()).ExitCode);
    }

    private static async Task SeeAsync(RunningTool watcher, string proposal)
    {
        Assert.StartsWith("e/", await watcher.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(proposal, await watcher.ReadLineAsync());
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("go")]
    public async Task A_command_runs_under_the_lock_and_its_exit_code_is_told(string tool)
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        var ctl = RunningTool.PathOf(tool);
        var good = await RunningTool.RunAsync(
            ctl, one.Url, "lock", "l", "--", "sh", "-c", "echo $ETCD_LOCK_KEY $ETCD_LOCK_REV");
        Assert.Matches("^l/[0-9a-f]+ [0-9]+\n$", good.Success);
        var bad = await RunningTool.RunAsync(ctl, one.Url, "lock", "l", "--", "sh", "-c", "exit 7");
        Assert.Equal((7, "Error: exit status 7\n"), (bad.ExitCode, bad.Error));
        var none = await RunningTool.RunAsync(ctl, one.Url, "lock", "l", "no-such-program");
        Assert.Equal(
            (1, "Error: exec: \"no-such-program\": executable file not found in $PATH\n"), (none.ExitCode, none.Error));
        var directory = await Command.RunAsync(ctl, [$"--endpoints={one.Url}", "lock", "l", "/tmp"]);
        Assert.Equal((1, "Error: fork/exec /tmp: permission denied\n"), (directory.ExitCode, directory.Error));
        Assert.Empty(await one.KeysAsync("l/"));
    }

    /// <summary>Whatever bytes they are: a shell gives them, and od shows them.</summary>
    [Theory]
    [InlineData("ours")]
    [InlineData("go")]
    public async Task Arguments_and_variables_of_a_command_are_bytes(string tool)
    {
        const string Script = """
            export BYTES="$(printf 'e\376')"
            exec "$0" "$1" lock l -- sh -c 'printf "%s|" "$@" "$BYTES" | od -An -v -tx1' sh \
                "$(printf 'a\377\376b')" '' "it's" "$(printf 'x\ny\n.')" "$(printf '\303\244\200')"
            """;
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        var answer = await Command.RunAsync(
            "sh", ["-c", Script, RunningTool.PathOf(tool), $"--endpoints={one.Url}"]);
        Assert.Equal(
            "61fffe627c" + "7c" + "697427737c" + "780a790a2e7c" + "c3a4807c" + "65fe7c",
            string.Concat(answer.Success.Where(char.IsAsciiHexDigit)));
        var none = await Command.RunAsync(
            "sh",
            ["-c", "exec \"$0\" \"$1\" lock l no-such-program \"$(printf '\\377')\"", RunningTool.PathOf(tool),
                $"--endpoints={one.Url}"]);
        Assert.Equal(
            (1, "Error: exec: \"no-such-program\": executable file not found in $PATH\n"), (none.ExitCode, none.Error));
        Assert.Empty(await one.KeysAsync("l/"));
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("go")]
    public async Task A_lock_is_asked_for_with_times_that_leases_have(string tool)
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        foreach (var (ttl, code, output, error) in new[]
        {
            ("9000000000", 0, "held\n", ""),
            ("9000000001", 1, "", "Error: etcdserver: too large lease TTL\n"),
            ("99999999999", 1, "", "Error: etcdserver: too large lease TTL\n"),
            ("0", 0, "held\n", ""),
            ("-99999999999", 0, "held\n", ""),
        })
        {
            var answer = await Command.RunAsync(
                RunningTool.PathOf(tool), [$"--endpoints={one.Url}", "lock", "l", $"--ttl={ttl}", "echo", "held"]);

            // Before the last line Go's client logs that it does not try again.
            var last = answer.Error[(answer.Error.TrimEnd('\n').LastIndexOf('\n') + 1)..];
            Assert.Equal((ttl, code, output, error), (ttl, answer.ExitCode, answer.Output, last));
        }

        Assert.Empty(await one.KeysAsync("l/"));
    }

    /// <summary>Without a limit for connections there is one for leaving none the less.</summary>
    [Theory]
    [InlineData("ours", "lock")]
    [InlineData("go", "lock")]
    [InlineData("ours", "elect")]
    public async Task What_is_held_is_left_without_a_dial_timeout(string tool, string command)
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        string[] arguments = command == "lock" ? ["l"] : ["l", "proposal"];
        await using var holder = new RunningTool(
            RunningTool.PathOf(tool), one.Url, [command, .. arguments, "--dial-timeout=0s"]);
        Assert.StartsWith("l/", await holder.ReadLineAsync(), StringComparison.Ordinal);
        var end = await holder.InterruptAsync();
        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.Empty(await one.KeysAsync("l/"));
    }

    /// <summary>The first signal leaves what is held, which nobody answers; the second does not wait for that.</summary>
    [Theory]
    [InlineData("lock")]
    [InlineData("elect")]
    public async Task A_second_signal_ends_what_cannot_leave(string command)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        string[] arguments = command == "lock" ? ["l"] : ["l", "proposal"];
        await using var holder = new RunningTool(
            Programs.NetcdCtl, server.ClientUrl, [command, .. arguments, "--command-timeout=1h"]);
        Assert.StartsWith("l/", await holder.ReadLineAsync(), StringComparison.Ordinal);
        await Command.RunAsync("kill", ["-STOP", $"{server.ProcessId}"]);
        try
        {
            Assert.Equal(128 + 2, await holder.InterruptUntilEndAsync());
        }
        finally
        {
            await Command.RunAsync("kill", ["-CONT", $"{server.ProcessId}"]);
        }
    }
}
