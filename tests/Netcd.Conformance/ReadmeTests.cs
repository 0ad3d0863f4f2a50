using System.Diagnostics;
using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance;

/// <summary>
/// The README's walk-through with certificates does what it says: its own lines are run, with other ports and folders.
/// Building the program and fetching real etcdctl are left out; every test run begins with them.
/// </summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Walk_through_with_certificates_works_line_by_line()
    {
        using var directory = new TemporaryDirectory();
        var clientPort = FreePorts.Take().ToString();
        var peerPort = FreePorts.Take().ToString();
        var blocks = (await CodeOfAsync("## With certificates"))
            .Select(block => block
                // At once: the one may have the other's digits.
                .Replace("2379", "<client>", StringComparison.Ordinal)
                .Replace("2380", "<peer>", StringComparison.Ordinal)
                .Replace("<client>", clientPort, StringComparison.Ordinal)
                .Replace("<peer>", peerPort, StringComparison.Ordinal)
                .Replace("/tmp/", directory.File("") + "/", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(2, blocks.Count);

        var lines = blocks[0].Replace("\\\n", "", StringComparison.Ordinal).Split('\n');
        Assert.Equal("./publish", lines[0]);
        Assert.Equal("tools/get-peers", lines[2]);
        Assert.NotNull((await BashAsync(lines[1])).Success);
        var server = lines[3].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("artifacts/bin/etcd", server[0]);
        await using var member = await EtcdServer.StartWithAsync(
            ServerKind.Netcd, $"https://127.0.0.1:{clientPort}", server[1..]);

        var answers = (await BashAsync(blocks[1])).Success;
        Assert.Contains("3.6.14", answers, StringComparison.Ordinal);
        Assert.Contains("OK\n/registry/minions/node-1\nhello\nSnapshot saved at ", answers, StringComparison.Ordinal);
        Assert.True(File.Exists(directory.File("node-1.db")));

        // "A client without a certificate of that CA is refused, with one line in the log."
        var before = member.Log.Count(c => c == '\n');
        var clock = Stopwatch.StartNew();
        while (member.Log.Count(c => c == '\n') == before)
        {
            // On a busy machine a second may be too short to come to the member.
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), member.Log);
            var refused = await BashAsync(
                blocks[1].Split('\n').Single(line => line.StartsWith("etcdctl=", StringComparison.Ordinal)) + "\n"
                + $"$etcdctl --cacert={directory.File("pki/ca.crt")} --endpoints=https://127.0.0.1:{clientPort} "
                + "--command-timeout=1s get a");
            Assert.NotEqual(0, refused.ExitCode);
        }

        Assert.False(member.HasExited);
    }

    /// <summary>The indented blocks of one section.</summary>
    private static async Task<List<string>> CodeOfAsync(string heading)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Fixtures.RepositoryRoot, "README.md"));
        var section = lines
            .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        var blocks = new List<List<string>>();
        var isCode = false;
        foreach (var line in section)
        {
            var wasCode = isCode;
            isCode = line.StartsWith("    ", StringComparison.Ordinal);
            if (isCode && !wasCode)
            {
                blocks.Add([]);
            }

            if (isCode)
            {
                blocks[^1].Add(line[4..]);
            }
        }

        return [.. blocks.Select(block => string.Join('\n', block))];
    }

    // Real etcdctl refuses to take the same from both its environment and a flag.
    private static Task<ProcessResult> BashAsync(string script) =>
        Command.RunAsync(
            "bash", ["-euc", $"cd \"$0\"\n{script}", Fixtures.RepositoryRoot],
            environment: script.Contains("-timeout", StringComparison.Ordinal) ? null : Etcdctl.PatientEnvironment);
}
