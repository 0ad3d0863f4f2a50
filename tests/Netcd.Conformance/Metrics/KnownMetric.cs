using Netcd.TestKit;

namespace Netcd.Conformance.Metrics;

/// <summary>A row of <c>Completeness/metrics.tsv</c>.</summary>
internal sealed record KnownMetric(string Name, string Type, string Labels, string Since, string Note)
{
    /// <summary>Whether a member alone shows it without anything special having happened.</summary>
    public bool IsAlways => Note == "-";

    public bool IsAbsent => Note.StartsWith("absent: ", StringComparison.Ordinal);

    public static IReadOnlyList<KnownMetric> All { get; } =
    [
        .. File.ReadLines(Path.Combine(
                Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Completeness", "metrics.tsv"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .Select(row => new KnownMetric(row[0], row[1], row[2] == "-" ? "" : row[2], row[3], row[4])),
    ];
}
