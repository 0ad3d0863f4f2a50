using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Tests.Flags;

public sealed class GoNumberTests
{
    private const string Syntax = "invalid syntax";
    private const string Range = "value out of range";

    [Theory]
    [InlineData("0",                    true,  null,   "0")]
    [InlineData("-0",                   true,  null,   "0")]
    [InlineData("+5",                   true,  null,   "5")]
    [InlineData("+5",                   false, Syntax, null)]
    [InlineData("-5",                   false, Syntax, null)]
    [InlineData("010",                  true,  null,   "8")]
    [InlineData("08",                   true,  Syntax, null)]
    [InlineData("0x1F",                 false, null,   "31")]
    [InlineData("0X1f",                 false, null,   "31")]
    [InlineData("0o17",                 false, null,   "15")]
    [InlineData("0b101",                false, null,   "5")]
    [InlineData("-0x10",                true,  null,   "-16")]
    [InlineData("1_000",                true,  null,   "1000")]
    [InlineData("0x_f",                 true,  null,   "15")]
    [InlineData("_1",                   true,  Syntax, null)]
    [InlineData("1_",                   true,  Syntax, null)]
    [InlineData("1__0",                 true,  Syntax, null)]
    [InlineData("",                     true,  Syntax, null)]
    [InlineData("-",                    true,  Syntax, null)]
    [InlineData("0x",                   true,  Syntax, null)]
    [InlineData("1.0",                  true,  Syntax, null)]
    [InlineData(" 1",                   true,  Syntax, null)]
    [InlineData("1e3",                  true,  Syntax, null)]
    [InlineData("9223372036854775807",  true,  null,   "9223372036854775807")]
    [InlineData("9223372036854775808",  true,  Range,  null)]
    [InlineData("-9223372036854775808", true,  null,   "-9223372036854775808")]
    [InlineData("-9223372036854775809", true,  Range,  null)]
    [InlineData("18446744073709551615", false, null,   "18446744073709551615")]
    [InlineData("18446744073709551616", false, Range,  null)]
    [InlineData("99999999999999999999999999999999999999999999999", false, Range, null)]
    public void Numbers_are_read_as_strconv_reads_them(string text, bool isSigned, string? fault, string? expected)
    {
        Assert.Equal(fault, GoNumber.Parse(text, isSigned, out var value));
        Assert.Equal(expected ?? value.ToString(), value.ToString());
    }
}
