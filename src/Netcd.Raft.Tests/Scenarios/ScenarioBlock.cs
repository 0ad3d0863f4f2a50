namespace Netcd.Raft.Tests.Scenarios;

/// <summary>One step of a scenario file: the lines before the ruler, and the transcript expected after it.</summary>
internal sealed record ScenarioBlock(IReadOnlyList<string> Comments, string Command, string Input, string Expected)
{
    /// <summary>
    /// Splits a file: comment lines, a command line, more input lines, a ruler of four dashes, and the transcript up
    /// to an empty line.
    /// </summary>
    public static IReadOnlyList<ScenarioBlock> Parse(string text)
    {
        var blocks = new List<ScenarioBlock>();
        var comments = new List<string>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
            {
                comments.Add(lines[i]);
                continue;
            }

            var ruler = Array.IndexOf(lines, "----", i);
            var end = Array.IndexOf(lines, string.Empty, ruler);
            end = end < 0 ? lines.Length : end;
            blocks.Add(new ScenarioBlock(
                [.. comments],
                lines[i],
                string.Join(' ', lines[(i + 1)..ruler]),
                string.Join('\n', lines[(ruler + 1)..end])));
            comments.Clear();
            i = end - 1;
        }

        return blocks;
    }

    /// <summary>The file again, with new transcripts.</summary>
    public static string Format(IEnumerable<(ScenarioBlock Block, string Actual)> results)
    {
        var lines = new List<string>();
        foreach (var (block, actual) in results)
        {
            lines.AddRange(block.Comments);
            lines.Add(block.Command);
            lines.Add("----");
            lines.Add(actual);
        }

        return string.Join('\n', lines) + "\n";
    }
}
