using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>
/// The two checks that make load. How quick the machine is decides what they find; that they say it, and tidy up behind
/// themselves, does not depend on it.
/// </summary>
public sealed partial class CtlCheckTests
{
    [Fact]
    public async Task Datascale_writes_its_keys_tells_the_memory_and_deletes_them()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var endpoint = $"--endpoints={server.ClientUrl}";
        var check = await CtlTool.Netcd.RunAsync(
            [endpoint, "check", "datascale", "--load=s", "--auto-compact", "--auto-defrag"]);
        Assert.Equal(0, check.ExitCode);
        Assert.StartsWith(
            "Start data scale check for work load [10000 key-value pairs, 1024 bytes per key-value, 50 concurrent "
            + "clients].\n",
            check.Output, StringComparison.Ordinal);
        Assert.Matches(Used(), check.Output);
        Assert.Contains("\nCompacted with revision 10002\n", check.Output, StringComparison.Ordinal);
        Assert.Contains($"\nDefragmented \"{server.ClientUrl}\"\n", check.Output, StringComparison.Ordinal);
        await AssertTidyAsync(endpoint, "/etcdctl-check-datascale/", revision: 10_002);
    }

    [Fact]
    public async Task Perf_that_is_stopped_judges_what_it_has_and_deletes_its_keys()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var endpoint = $"--endpoints={server.ClientUrl}";
        var shown = await Terminal.RunAsync(
            [CtlTool.Netcd.Path(), endpoint, "check", "perf", "--load=s", "--prefix=/p/"],
            null,
            "expect perf [", "expect  of 60 s", "send \\x03", "expect Throughput ", "expect Slowest request took ",
            "expect Stddev ");
        Assert.Matches(Verdict(), shown);
        await AssertTidyAsync(endpoint, "/p/", revision: null);
    }

    [Theory]
    [InlineData("perf", "/etcdctl-check-perf/")]
    [InlineData("datascale", "/etcdctl-check-datascale/")]
    public async Task Prefix_with_keys_is_refused_as_real_etcdctl_refuses_it(string check, string prefix)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var endpoint = $"--endpoints={server.ClientUrl}";
        Assert.Equal("OK\n", (await CtlTool.Netcd.RunAsync([endpoint, .. Etcdctl.Patience, "put", prefix + "x", "y"])).Success);
        var wanted = await CtlTool.Go.RunAsync([endpoint, "check", check]);
        var found = await CtlTool.Netcd.RunAsync([endpoint, "check", check]);
        Assert.NotEqual(0, found.ExitCode);
        Assert.Equal(wanted, found);
        wanted = await CtlTool.Go.RunAsync([endpoint, "check", check, "--load=frob"]);
        Assert.Equal(wanted, await CtlTool.Netcd.RunAsync([endpoint, "check", check, "--load=frob"]));
    }

    private static async Task AssertTidyAsync(string endpoint, string prefix, int? revision)
    {
        var left = await CtlTool.Netcd.RunAsync(
            [endpoint, .. Etcdctl.Patience, "get", prefix, "--prefix", "--count-only", "-w", "fields"]);
        Assert.Contains("\"Count\" : 0\n", left.Success, StringComparison.Ordinal);
        if (revision is { } expected)
        {
            Assert.Contains($"\"Revision\" : {expected}\n", left.Output, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\nPASS: Approximate system memory used : -?[0-9]+\.[0-9]{2} MB\.\n")]
    private static partial Regex Used();

    // A busy machine may fail it: what counts is that verdict and exit code go together.
    [GeneratedRegex(@"\r\n(PASS\r\n\[exit 0\]|FAIL\r\n\[exit 1\])\n$")]
    private static partial Regex Verdict();
}
