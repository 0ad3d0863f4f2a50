namespace Netcd.Raft.Tests.Scenarios;

/// <summary>
/// Scenario files: commands and the transcript they must give. <c>UPDATE_TESTDATA=1</c> writes the transcripts anew
/// into the directory named by <c>NETCD_RAFT_TESTDATA</c>; commit only a difference you can explain.
/// </summary>
public sealed class ScenarioTests
{
    /// <summary>Upstream's own interaction tests, if a copy of them is at hand: their testdata directory.</summary>
    private static readonly string? UpstreamDirectory =
        Environment.GetEnvironmentVariable("NETCD_RAFT_UPSTREAM_TESTDATA");

    private static readonly string Directory = Environment.GetEnvironmentVariable("NETCD_RAFT_TESTDATA")
        ?? Path.Combine(AppContext.BaseDirectory, "testdata");

    public static TheoryData<string> Files() =>
        [.. System.IO.Directory.GetFiles(Directory, "*.txt").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Scenario_gives_its_transcript(string file)
    {
        var path = Path.Combine(Directory, file);
        var text = File.ReadAllText(path);
        var cluster = new ScenarioCluster();
        var results = ScenarioBlock.Parse(text).Select(block => (block, cluster.Run(block.Command))).ToList();
        Assert.NotEmpty(results);
        var actual = ScenarioBlock.Format(results);
        if (Environment.GetEnvironmentVariable("UPDATE_TESTDATA") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        Assert.Equal(text.ReplaceLineEndings("\n").TrimEnd('\n'), actual.TrimEnd('\n'));
    }

    [Fact]
    public void Upstream_interaction_tests_give_the_same_transcripts()
    {
        var files = UpstreamDirectory is null ? [] : System.IO.Directory.GetFiles(UpstreamDirectory, "*.txt");
        var failures = new List<string>();
        foreach (var path in files.Order())
        {
            var cluster = new ScenarioCluster();
            foreach (var block in ScenarioBlock.Parse(File.ReadAllText(path)))
            {
                var actual = cluster.Run(UpstreamCommands.Translate(block));
                if (block.Expected != actual)
                {
                    failures.Add(
                        $"{Path.GetFileName(path)}: {block.Command}\n--- expected\n{block.Expected}\n--- actual\n{actual}");
                    break;
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }
}
