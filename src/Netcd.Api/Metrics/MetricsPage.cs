using System.Buffers;
using System.Globalization;
using System.Text;
using Netcd.Base;
using Netcd.Base.Metrics;

namespace Netcd.Api.Metrics;

/// <summary>
/// The metrics of this process by name and the page that shows them in Prometheus' text format 0.0.4. Metrics are added
/// at start; the page is written by any thread.
/// </summary>
public sealed class MetricsPage
{
    private readonly SortedDictionary<string, Action<StringBuilder>> _writers = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Type)> _names = [];
    private readonly Counter _served = new();

    /// <summary>All metrics, also those without series yet.</summary>
    public IReadOnlyList<(string Name, string Type)> Names => _names;

    public MetricsPage()
    {
        // Whoever reads the page is the one that reads it.
        AddGauge(
            "promhttp_metric_handler_requests_in_flight", "Current number of scrapes being served.", static () => 1);
        AddCounters(
            "promhttp_metric_handler_requests_total",
            "Total number of scrapes by HTTP status code.",
            () => [("code=\"200\"", _served.Value), ("code=\"500\"", 0), ("code=\"503\"", 0)]);
    }

    public void Add(string name, string help, Counter counter) =>
        Add(name, help, "counter", page => Line(page, name, "", counter.Value));

    /// <summary>A counter that something else keeps.</summary>
    public void AddCounter(string name, string help, Func<double> read) =>
        Add(name, help, "counter", page => Line(page, name, "", read()));

    public void AddGauge(string name, string help, Func<double> read) =>
        Add(name, help, "gauge", page => Line(page, name, "", read()));

    /// <summary>
    /// A gauge with labels; the function gives each series' labels as <c>name="value"</c> pairs and its value.
    /// </summary>
    public void AddGauges(string name, string help, Func<IEnumerable<(string Labels, double Value)>> read) =>
        Add(name, "gauge", page => WriteAll(page, name, help, "gauge", read()));

    /// <summary>Gauges that go up and down as counters are added to.</summary>
    public void AddGauges(string name, string help, CounterFamily family) =>
        Add(name, "gauge", page => WriteAll(page, name, help, "gauge", Series(family)));

    /// <summary>Counters with labels, in the order in which the function gives them.</summary>
    public void AddCounters(string name, string help, Func<IEnumerable<(string Labels, double Value)>> read) =>
        Add(name, "counter", page => WriteAll(page, name, help, "counter", read()));

    public void Add(string name, string help, CounterFamily family) =>
        Add(name, "counter", page => WriteAll(page, name, help, "counter", Series(family)));

    public void Add(string name, string help, Histogram histogram) =>
        Add(name, help, "histogram", page => Write(page, name, histogram));

    /// <summary>Histograms with labels; the function gives each series' labels and its histogram.</summary>
    public void AddHistograms(
        string name, string help, Func<IEnumerable<(string Labels, Histogram Histogram)>> read) =>
        Add(name, "histogram", page =>
        {
            var isFirst = true;
            foreach (var (labels, histogram) in read().OrderBy(static pair => pair.Labels, StringComparer.Ordinal))
            {
                if (isFirst)
                {
                    Head(page, name, help, "histogram");
                    isFirst = false;
                }

                Write(page, name, labels, histogram);
            }
        });

    /// <summary>Histograms told apart by one label; the function gives its values with their histograms.</summary>
    public void Add(
        string name, string help, string label, Func<IEnumerable<KeyValuePair<string, Histogram>>> read) =>
        Add(name, "histogram", page => WriteAll(page, name, help, label, read()));

    /// <summary>Labels as the page shows them; names ascending.</summary>
    public static string Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var sorted = labels.ToArray();
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        var text = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        return text.ToString();
    }

    /// <summary>
    /// A number as Go's strconv prints it with format 'g' and the fewest digits: an exponent of two digits or more
    /// below 1e-4 and from 1e6 on, e.g. <c>2.147483648e+09</c>.
    /// </summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        var magnitude = Math.Abs(value);
        var shortest = magnitude.ToString("R", CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        if (magnitude == 0 || magnitude is >= 1e-4 and < 1e6)
        {
            // Only numbers below 1e-5 or of more than 15 digits have an exponent in .NET's form.
            return sign + shortest;
        }

        var exponentAt = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent = exponentAt < 0 ? 0 : int.Parse(shortest.AsSpan(exponentAt + 1), NumberStyles.Integer);
        var number = exponentAt < 0 ? shortest : shortest[..exponentAt];
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var digits = number.Replace(".", "", StringComparison.Ordinal);
        exponent += (point < 0 ? digits.Length : point) - 1;
        var significant = digits.TrimStart('0');
        exponent -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        var fraction = significant.Length > 1 ? $".{significant[1..]}" : "";
        return $"{sign}{significant[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>Writes the page, in OpenMetrics' format if that is wanted.</summary>
    public void Write(IBufferWriter<byte> destination, bool asOpenMetrics = false)
    {
        var page = new StringBuilder(32 * 1024);
        foreach (var writer in _writers.Values)
        {
            writer(page);
        }

        _served.Increment();
        if (asOpenMetrics)
        {
            Encoding.UTF8.GetBytes(OpenMetricsText.From(page.ToString()), destination);
            return;
        }

        foreach (var chunk in page.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, destination);
        }
    }

    private static void Write(StringBuilder page, string name, Histogram histogram) =>
        Write(page, name, "", histogram);

    private static void Write(StringBuilder page, string name, string labels, Histogram histogram)
    {
        var before = labels.Length > 0 ? labels + "," : "";
        var cumulative = 0L;
        for (var i = 0; i < histogram.Bounds.Length; i++)
        {
            cumulative += histogram.CountAt(i);
            Line(page, $"{name}_bucket", $"{before}le=\"{Format(histogram.Bounds[i])}\"", cumulative);
        }

        cumulative += histogram.CountAt(histogram.Bounds.Length);
        Line(page, $"{name}_bucket", before + "le=\"+Inf\"", cumulative);
        Line(page, $"{name}_sum", labels, histogram.Sum);
        Line(page, $"{name}_count", labels, cumulative);
    }

    private static void WriteAll(
        StringBuilder page, string name, string help, string label,
        IEnumerable<KeyValuePair<string, Histogram>> histograms)
    {
        var isFirst = true;
        foreach (var (value, histogram) in histograms.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (isFirst)
            {
                Head(page, name, help, "histogram");
                isFirst = false;
            }

            Write(page, name, Labels((label, value)), histogram);
        }
    }

    private static IEnumerable<(string Labels, double Value)> Series(CounterFamily family)
    {
        foreach (var (key, counter) in family.Series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var values = key.Split('\0');
            Invariant.Check(values.Length == family.Labels.Count);
            var labels = new (string, string)[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                labels[i] = (family.Labels[i], values[i]);
            }

            yield return (Labels(labels), counter.Value);
        }
    }

    // A name without series prints nothing, not even its help.
    private static void WriteAll(
        StringBuilder page, string name, string help, string type, IEnumerable<(string Labels, double Value)> series)
    {
        var isFirst = true;
        foreach (var (labels, value) in series)
        {
            if (isFirst)
            {
                Head(page, name, help, type);
                isFirst = false;
            }

            Line(page, name, labels, value);
        }
    }

    private static void Head(StringBuilder page, string name, string help, string type) =>
        page.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder page, string name, string labels, double value)
    {
        page.Append(name);
        if (labels.Length > 0)
        {
            page.Append('{').Append(labels).Append('}');
        }

        page.Append(' ').Append(Format(value)).Append('\n');
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);

    private void Add(string name, string type, Action<StringBuilder> write)
    {
        _writers.Add(name, write);
        _names.Add((name, type));
    }

    private void Add(string name, string help, string type, Action<StringBuilder> write) =>
        Add(name, type, page =>
        {
            Head(page, name, help, type);
            write(page);
        });
}
