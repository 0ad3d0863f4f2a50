using Netcd.Client.Watch;

namespace Netcd.Client.Tests;

public sealed class StreamPausesTests
{
    [Fact]
    public void Streams_that_end_at_once_are_opened_less_and_less_often()
    {
        var pauses = new StreamPauses();
        var before = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            var pause = pauses.After(TimeSpan.FromMilliseconds(1));
            Assert.InRange(pause, before + TimeSpan.FromTicks(1), StreamPauses.Longest);
            before = pause;
        }

        for (var i = 0; i < 5; i++)
        {
            before = pauses.After(TimeSpan.Zero);
        }

        Assert.Equal(StreamPauses.Longest, before);
        Assert.Equal(StreamPauses.First, pauses.After(TimeSpan.FromSeconds(1)));
    }
}
