namespace Netcd.Conformance.Metrics;

/// <summary>The series of one name.</summary>
internal sealed class MetricFamily(string name, string type)
{
    private readonly List<(string Name, SortedDictionary<string, string> Labels, double Value)> _samples = [];

    public string Name { get; } = name;

    public string Type { get; } = type;

    /// <summary>Names of labels, but for those of buckets and quantiles.</summary>
    public string Labels => string.Join(
        ',', _samples.SelectMany(sample => sample.Labels.Keys).Where(key => key is not ("le" or "quantile"))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>Upper bounds of a histogram, as they are written.</summary>
    public string Bounds => string.Join(
        ' ', _samples.Select(sample => sample.Labels.GetValueOrDefault("le")).OfType<string>()
            .Distinct(StringComparer.Ordinal));

    public double Sum => _samples.Sum(sample => sample.Value);

    /// <summary>Values by their labels, as <c>a="b",c="d"</c>.</summary>
    public IEnumerable<(string Labels, double Value)> Series => _samples.Select(sample => (
        string.Join(',', sample.Labels.Select(label => $"{label.Key}=\"{label.Value}\"")), sample.Value));

    public void Add(string sample, SortedDictionary<string, string> labels, double value) =>
        _samples.Add((sample, labels, value));

    /// <summary>Buckets only grow, the last is infinite and as large as the count.</summary>
    public void CheckBuckets()
    {
        foreach (var group in _samples.GroupBy(
            sample => string.Join(',', sample.Labels.Where(label => label.Key != "le")), StringComparer.Ordinal))
        {
            var buckets = group.Where(sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
            Assert.Equal("+Inf", buckets[^1].Labels["le"]);
            Assert.Equal(
                buckets[^1].Value,
                Assert.Single(group, sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
            Assert.Single(group, sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal));
            Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
        }
    }
}
