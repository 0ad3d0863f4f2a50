using System.Text.RegularExpressions;
using Netcd.TestKit;

namespace Netcd.Conformance.Ctl;

/// <summary>
/// A text file of commands, one a line, run one after the other against one member. Words are split at blanks; in double
/// quotes they have C's escapes. Words in front of the command change how it is run:
/// <c>formats</c> runs it in each output format, <c>input "…"</c> gives it a standard input, <c>env NAME=VALUE</c> a
/// variable, and <c>keep NAME</c> keeps the first number of 16 hexadecimal digits that it prints as <c>$NAME</c>.
/// </summary>
internal sealed partial class CtlScript
{
    private static readonly string[] Formats = ["simple", "json", "fields", "protobuf", "table"];

    private CtlScript(IReadOnlyList<CtlStep> steps)
    {
        Steps = steps;
    }

    public IReadOnlyList<CtlStep> Steps { get; }

    public static IEnumerable<string> Names() =>
        Directory.GetFiles(Folder, "*.txt").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!;

    public static CtlScript Read(string name)
    {
        var steps = new List<CtlStep>();
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, name + ".txt")))
        {
            if (line.Length > 0 && line[0] != '#')
            {
                steps.AddRange(Expand(line));
            }
        }

        return new CtlScript(steps);
    }

    private static string Folder =>
        Path.Combine(Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Ctl", "Scripts");

    private static IEnumerable<CtlStep> Expand(string line)
    {
        var words = Words(line);
        var step = new CtlStep { Line = line };
        var inAllFormats = false;
        while (words is [var first, ..] && first is "formats" or "input" or "env" or "keep")
        {
            switch (first)
            {
                case "formats":
                    inAllFormats = true;
                    words = words[1..];
                    continue;
                case "input":
                    step = step with { Input = words[1] };
                    break;
                case "env":
                    var parts = words[1].Split('=', 2);
                    step = step with { Environment = [.. step.Environment, (parts[0], parts[1])] };
                    break;
                default:
                    step = step with { Keep = words[1] };
                    break;
            }

            words = words[2..];
        }

        step = step with { Arguments = words };
        return inAllFormats
            ? Formats.Select(format => step with { Arguments = ["-w", format, .. words], Line = $"-w {format}: {line}" })
            : [step];
    }

    private static string[] Words(string line) =>
        [.. Word().Matches(line).Select(match => match.Value.StartsWith('"')
            ? Regex.Unescape(match.Value[1..^1])
            : match.Value)];

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"|\\S+")]
    private static partial Regex Word();
}
