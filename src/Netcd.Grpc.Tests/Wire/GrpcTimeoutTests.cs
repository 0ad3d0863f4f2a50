using System.Text;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Tests.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("5S", 50_000_000)]
    [InlineData("10m", 100_000)]
    [InlineData("7u", 70)]
    [InlineData("1n", 1)]
    [InlineData("100n", 1)]
    [InlineData("101n", 2)]
    [InlineData("0S", 0)]
    [InlineData("0n", 0)]
    [InlineData("00000005S", 50_000_000)]
    public void Units_are_read_and_rounded_up(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(Encoding.ASCII.GetBytes(text), out var timeout, out _));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Fact]
    public void Longest_timeout_is_some_centuries_and_no_overflow()
    {
        Assert.True(GrpcTimeout.TryParse("99999999H"u8, out var timeout, out _));
        Assert.InRange(timeout.TotalDays, 365 * 250, 365 * 12_000);
    }

    [Theory]
    [InlineData("", "transport: timeout string is too short: \"\"")]
    [InlineData("S", "transport: timeout string is too short: \"S\"")]
    [InlineData("123456789S", "transport: timeout string is too long: \"123456789S\"")]
    [InlineData("5s", "transport: timeout unit is not recognized: \"5s\"")]
    [InlineData("12", "transport: timeout unit is not recognized: \"12\"")]
    [InlineData("+5S", "strconv.ParseUint: parsing \"+5\": invalid syntax")]
    [InlineData("1_0S", "strconv.ParseUint: parsing \"1_0\": invalid syntax")]
    [InlineData("5.5S", "strconv.ParseUint: parsing \"5.5\": invalid syntax")]
    public void Wrong_text_has_grpc_go_error(string text, string expected)
    {
        Assert.False(GrpcTimeout.TryParse(Encoding.ASCII.GetBytes(text), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999_999)]
    [InlineData(1_000_000)]
    [InlineData(50_000_001)]
    [InlineData(86_400_000_0000)]
    [InlineData(315_360_000_000_0001)]
    public void Formatted_timeout_is_read_back_no_shorter(long ticks)
    {
        var text = GrpcTimeout.Format(TimeSpan.FromTicks(ticks));

        Assert.True(text.Length <= 9);
        Assert.True(GrpcTimeout.TryParse(Encoding.ASCII.GetBytes(text), out var timeout, out _));
        Assert.InRange(timeout.Ticks, ticks, ticks + (ticks / 1_000_000) + 1);
    }
}
