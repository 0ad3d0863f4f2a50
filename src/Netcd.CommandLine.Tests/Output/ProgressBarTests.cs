using System.Text;
using Netcd.CommandLine.Output;
using Netcd.TestKit;

namespace Netcd.CommandLine.Tests.Output;

public sealed class ProgressBarTests
{
    [Fact]
    public void Bar_is_drawn_on_a_terminal_after_a_while_and_wiped_out()
    {
        var time = new ManualTime();
        Assert.Equal(
            "\rcopying [===============               ]  50% 500 MB of 1.0 GB, 500 MB/s\x1b[K\r\x1b[K",
            Drawn(time, isTerminal: true, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Short_work_and_other_outputs_show_no_bar()
    {
        Assert.Equal("", Drawn(new ManualTime(), isTerminal: true, TimeSpan.FromMilliseconds(400)));
        Assert.Equal("", Drawn(new ManualTime(), isTerminal: false, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Work_that_ends_with_its_time_is_measured_in_seconds()
    {
        var time = new ManualTime();
        Assert.Equal(
            "\rperf [=======                       ]  25% 15 s of 60 s\x1b[K\r\x1b[K",
            Drawn(time, isTerminal: true, TimeSpan.FromSeconds(15),
                bar => bar.Report("perf", TimeSpan.FromMinutes(1))));
    }

    private static string Drawn(ManualTime time, bool isTerminal, TimeSpan after) =>
        Drawn(time, isTerminal, after, bar =>
        {
            bar.Report("copying", 500_000_000, 1_000_000_000);
            bar.Report("copying", 510_000_000, 1_000_000_000);
        });

    private static string Drawn(ManualTime time, bool isTerminal, TimeSpan after, Action<ProgressBar> report)
    {
        using var error = new MemoryStream();
        using var console = new ProgramConsole(
            Stream.Null, Stream.Null, error, new Dictionary<string, string>(StringComparer.Ordinal))
        {
            IsErrorTerminal = isTerminal,
        };
        using (var bar = new ProgressBar(console, time, TimeSpan.FromMilliseconds(500)))
        {
            time.Advance(after);
            report(bar);
        }

        return Encoding.UTF8.GetString(error.ToArray());
    }
}
