using System.Globalization;
using System.Text.RegularExpressions;

namespace Netcd.Conformance.Metrics;

/// <summary>
/// A page in Prometheus' text format, or OpenMetrics', read strictly: what promtool's <c>check metrics</c> finds wrong is
/// wrong here too.
/// </summary>
internal sealed partial class MetricsText
{
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    private readonly Dictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    private MetricsText()
    {
    }

    public IReadOnlyDictionary<string, MetricFamily> Families => _families;

    public static MetricsText Parse(string page, bool isOpenMetrics = false)
    {
        var text = new MetricsText();
        var series = new HashSet<string>(StringComparer.Ordinal);
        MetricFamily? family = null;
        Assert.EndsWith("\n", page, StringComparison.Ordinal);
        var lines = page[..^1].Split('\n');
        Assert.Equal(isOpenMetrics, lines[^1] == "# EOF");
        string? help = null;
        foreach (var line in isOpenMetrics ? lines[..^1] : lines)
        {
            Assert.DoesNotContain('\r', line);
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var words = line.Split(' ', 4);
                Assert.True(words.Length == 4 && words[3].Trim().Length > 0, $"no help: {line}");
                help = words[2];
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.True(words.Length == 4, line);
                Assert.Equal(help, words[2]);
                Assert.Contains(words[3], new[] { "counter", "gauge", "histogram", "summary", "untyped", "unknown" });
                family = new MetricFamily(words[2], words[3]);
                Assert.True(text._families.TryAdd(words[2], family), $"twice: {words[2]}");
            }
            else
            {
                Assert.True(family is not null, line);
                text.AddSample(family, line, isOpenMetrics, series);
            }
        }

        foreach (var histogram in text._families.Values.Where(found => found.Type == "histogram"))
        {
            histogram.CheckBuckets();
        }

        return text;
    }

    private void AddSample(MetricFamily family, string line, bool isOpenMetrics, HashSet<string> series)
    {
        var match = Sample().Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        var name = match.Groups["name"].Value;
        Assert.True(series.Add(line[..match.Groups["value"].Index]), $"twice: {line}");
        var isOwn = family.Type == "histogram"
            ? Suffixes.Any(suffix => name == family.Name + suffix)
            : family.Type == "summary" ? name.StartsWith(family.Name, StringComparison.Ordinal)
            : isOpenMetrics && family.Type == "counter" ? name == family.Name + "_total"
            : name == family.Name;
        Assert.True(isOwn, $"{name} below {family.Name} of type {family.Type}");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            Assert.True(labels.TryAdd(label.Groups["key"].Value, label.Groups["text"].Value), line);
        }

        family.Add(name, labels, Number(match.Groups["value"].Value));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(
        @"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*=""([^""\\\n]|\\[n""\\])*"",?)*)\})? (?<value>[^ ]+)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();

    [GeneratedRegex(
        @"(?<key>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<text>([^""\\\n]|\\[n""\\])*)""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
