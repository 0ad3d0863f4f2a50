using Netcd.Base.GoSyntax;

namespace Netcd.Base.Tests.GoSyntax;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0, "0s")]
    [InlineData("100ms", 100, "100ms")]
    [InlineData("1.5s", 1500, "1.5s")]
    [InlineData("1m30s", 90_000, "1m30s")]
    [InlineData("2h45m", 9_900_000, "2h45m0s")]
    [InlineData("2h", 7_200_000, "2h0m0s")]
    [InlineData("-5s", -5000, "-5s")]
    public void Durations_read_and_print_as_in_Go(string text, double milliseconds, string printed)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.Equal(printed, GoDuration.Format(duration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("x")]
    [InlineData("1.2.3s")]
    [InlineData("5 s")]
    [InlineData("9999999999h")]
    public void What_Go_refuses_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));
}
