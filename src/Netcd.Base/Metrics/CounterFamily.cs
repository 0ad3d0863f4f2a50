using System.Collections.Concurrent;

namespace Netcd.Base.Metrics;

/// <summary>Counters of one name told apart by label values. Series appear on first use. Thread safe.</summary>
/// <param name="labels">Label names in the order in which values are given.</param>
public sealed class CounterFamily(params string[] labels)
{
    // Bound on series, so that a client cannot grow the page by inventing label values.
    private const int SeriesMax = 4096;

    private readonly ConcurrentDictionary<string, Counter> _series = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>Values joined by a zero character, with their counters.</summary>
    public IEnumerable<KeyValuePair<string, Counter>> Series => _series;

    public Counter With(params ReadOnlySpan<string> values)
    {
        Invariant.Check(values.Length == Labels.Count);
        var key = values.Length == 1 ? values[0] : string.Join('\0', values!);
        if (_series.TryGetValue(key, out var counter))
        {
            return counter;
        }

        return _series.Count >= SeriesMax
            ? _series.GetOrAdd(string.Join('\0', Enumerable.Repeat("other", values.Length)), Make)
            : _series.GetOrAdd(key, Make);

        static Counter Make(string key) => new(isContended: true);
    }
}
