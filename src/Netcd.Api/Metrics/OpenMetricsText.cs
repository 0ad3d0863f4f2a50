using System.Text;

namespace Netcd.Api.Metrics;

/// <summary>
/// The page in OpenMetrics' text format instead of Prometheus' own. The names stay: a counter whose name does not end
/// in <c>_total</c>, which OpenMetrics does not know, is given without a type.
/// </summary>
/// <remarks>
/// <code>
/// # HELP a_total What a is.          # HELP a What a is.
/// # TYPE a_total counter       ->    # TYPE a counter
/// a_total 1                          a_total 1
/// b_bucket{le="1"} 0                 b_bucket{le="1.0"} 0
///                                    # EOF
/// </code>
/// </remarks>
public static class OpenMetricsText
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string Total = "_total";

    public static string From(string page)
    {
        var result = new StringBuilder(page.Length + 1024);
        var help = "";
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = line;
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                AddHead(result, help, line);
            }
            else
            {
                result.Append(WithFloatBound(line)).Append('\n');
            }
        }

        return result.Append("# EOF\n").ToString();
    }

    private static void AddHead(StringBuilder result, string help, string line)
    {
        var words = line.Split(' ');
        var (name, type) = (words[2], words[3]);
        var text = help[(help.IndexOf(name, StringComparison.Ordinal) + name.Length)..];
        if (type == "counter")
        {
            var isNamedSo = name.EndsWith(Total, StringComparison.Ordinal);
            name = isNamedSo ? name[..^Total.Length] : name;
            type = isNamedSo ? type : "unknown";
        }

        result.Append("# HELP ").Append(name).Append(text).Append('\n');
        result.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    // Bounds are floating point numbers there.
    private static string WithFloatBound(string line)
    {
        const string Bound = "le=\"";
        var start = line.IndexOf(Bound, StringComparison.Ordinal);
        if (start < 0)
        {
            return line;
        }

        start += Bound.Length;
        var end = line.IndexOf('"', start);
        return line.AsSpan(start, end - start).ContainsAnyExceptInRange('0', '9') ? line : line.Insert(end, ".0");
    }
}
