using System.Buffers;
using System.Text;
using Netcd.Api.Metrics;
using Netcd.Api.Tests.Support;
using Netcd.Base.Metrics;

namespace Netcd.Api.Tests.Metrics;

public sealed class MetricsPageTests
{
    // As Go's strconv.FormatFloat(value, 'g', -1, 64) prints them.
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(-1, "-1")]
    [InlineData(2800, "2800")]
    [InlineData(720896, "720896")]
    [InlineData(999999, "999999")]
    [InlineData(1000000, "1e+06")]
    [InlineData(1093471, "1.093471e+06")]
    [InlineData(2147483648, "2.147483648e+09")]
    [InlineData(9.223372036854776e+18, "9.223372036854776e+18")]
    [InlineData(1e21, "1e+21")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00007163300000000001, "7.163300000000001e-05")]
    [InlineData(1.5e-300, "1.5e-300")]
    [InlineData(52.4288, "52.4288")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    public void Numbers_are_printed_as_Go_prints_them(double value, string text) =>
        Assert.Equal(text, MetricsPage.Format(value));

    [Fact]
    public void Histogram_is_cumulative_and_ends_with_infinity()
    {
        var page = new MetricsPage();
        var histogram = new Histogram(0.5, 1);
        page.Add("seconds", "Some seconds.", histogram);
        histogram.Observe(0.25);
        histogram.Observe(0.5);
        histogram.Observe(3);
        Assert.Equal(
            """
            # HELP seconds Some seconds.
            # TYPE seconds histogram
            seconds_bucket{le="0.5"} 2
            seconds_bucket{le="1"} 2
            seconds_bucket{le="+Inf"} 3
            seconds_sum 3.75
            seconds_count 3

            """,
            Text(page));
    }

    [Fact]
    public void Family_without_series_prints_nothing_and_values_are_escaped()
    {
        var page = new MetricsPage();
        var family = new CounterFamily("b", "a");
        page.Add("things_total", "Things.", family);
        Assert.Empty(Text(page));
        family.With("x\"\\\n", "y").Add(2);
        Assert.Equal(
            """
            # HELP things_total Things.
            # TYPE things_total counter
            things_total{a="y",b="x\"\\\n"} 2

            """,
            Text(page));
    }

    [Fact]
    public void Family_has_a_bound_on_what_clients_can_invent()
    {
        var family = new CounterFamily("version");
        for (var i = 0; i < 10_000; i++)
        {
            family.With($"{i}").Increment();
        }

        Assert.InRange(family.Series.Count(), 1, 4097);
        Assert.Equal(10_000, family.Series.Sum(series => series.Value.Value));
    }

    [Fact]
    public async Task Calls_are_counted_by_method_and_code()
    {
        using var api = await TestApi.StartAsync();
        await api.GetAsync("a");
        await api.KvAsync("Range", new Proto.EtcdServer.RangeRequest());
        var (_, headers, page) = await api.WebAsync("/metrics");
        Assert.Equal(
            "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", headers.ContentType.ToString());
        const string Range = "grpc_method=\"Range\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
        AssertLine(page, $"grpc_server_started_total{{{Range} 2");
        AssertLine(page, $"grpc_server_handled_total{{grpc_code=\"OK\",{Range} 1");
        AssertLine(page, $"grpc_server_handled_total{{grpc_code=\"InvalidArgument\",{Range} 1");
        AssertLine(page, $"grpc_server_handled_total{{grpc_code=\"DataLoss\",{Range} 0");
        AssertLine(page, "etcd_server_has_leader 1");
        AssertLine(page, "etcd_server_quota_backend_bytes 2.147483648e+09");
        AssertLine(page, $"etcd_server_version{{server_version=\"{TestApi.ServerVersion}\"}} 1");
    }

    private static void AssertLine(string page, string line) =>
        Assert.Contains($"{line}\n", page, StringComparison.Ordinal);

    // Without what the page says of itself.
    private static string Text(MetricsPage page)
    {
        var bytes = new ArrayBufferWriter<byte>();
        page.Write(bytes);
        var lines = Encoding.UTF8.GetString(bytes.WrittenSpan).Split('\n')
            .Where(static line => !line.Contains("promhttp_", StringComparison.Ordinal));
        return string.Join('\n', lines);
    }
}
