using Netcd.Server.SlowRequests;
using Netcd.TestKit;

namespace Netcd.Server.Tests.SlowRequests;

public sealed class StepTraceTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Steps_that_took_their_part_of_the_threshold_are_shown()
    {
        var started = _time.GetTimestamp();
        var trace = new StepTrace("put", _time, started)
            .Detail("key", "k"u8)
            .Detail("req_size", 7)
            .Step("process raft request", After(90))
            .Step(new TraceStep("short", After(10)))
            .Step(new TraceStep("long", After(40), "{req_type:put; }"));
        var ended = After(2);

        var (message, fields) = trace.Line(ended);

        Assert.Matches(@"^trace\[\d+\] put$", message);
        Assert.Equal(["detail", "duration", "start", "end", "steps", "step_count"], fields.Select(field => field.Key));
        Assert.Equal("{key:k; req_size:7; }", fields[0].Value);
        Assert.Equal(TimeSpan.FromMilliseconds(142), fields[1].Value);
        Assert.Equal(DateTimeOffset.UnixEpoch, fields[2].Value);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(142), fields[3].Value);
        var id = message[..message.IndexOf(' ', StringComparison.Ordinal)];
        Assert.Equal(
            [
                $"{id} 'process raft request'  (duration: 90ms)",
                $"{id} 'long' {{req_type:put; }} (duration: 40ms)",
            ],
            (IEnumerable<string>)fields[4].Value!);
        Assert.Equal(2, fields[5].Value);
    }

    [Fact]
    public void Long_keys_are_cut()
    {
        var (_, fields) = new StepTrace("put", _time, 0).Detail("key", new byte[100_000]).Line(1);
        Assert.Equal("{key:".Length + 1024 + "...; }".Length, ((string)fields[0].Value!).Length);
    }

    private long After(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return _time.GetTimestamp();
    }
}
