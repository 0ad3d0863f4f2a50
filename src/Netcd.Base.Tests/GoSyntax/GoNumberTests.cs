using Netcd.Base.GoSyntax;

namespace Netcd.Base.Tests.GoSyntax;

/// <summary>Expected values are those of Go's strconv.</summary>
public sealed class GoNumberTests
{
    [Theory]
    [InlineData("10", 10, 10)]
    [InlineData("-10", 10, -10)]
    [InlineData("+7", 10, 7)]
    [InlineData("1f", 16, 31)]
    [InlineData("0x1F", 0, 31)]
    [InlineData("017", 0, 15)]
    [InlineData("0b11", 0, 3)]
    [InlineData("1_000", 0, 1000)]
    [InlineData("0", 0, 0)]
    [InlineData("-9223372036854775808", 10, long.MinValue)]
    public void Integer_is_read(string text, int numberBase, long expected)
    {
        Assert.True(GoNumber.TryParseInt64(text, numberBase, out var value, out _));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("x", 0, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("", 10, "strconv.ParseInt: parsing \"\": invalid syntax")]
    [InlineData("-", 10, "strconv.ParseInt: parsing \"-\": invalid syntax")]
    [InlineData("1__0", 0, "strconv.ParseInt: parsing \"1__0\": invalid syntax")]
    [InlineData("1_000", 10, "strconv.ParseInt: parsing \"1_000\": invalid syntax")]
    [InlineData("9223372036854775808", 10, "strconv.ParseInt: parsing \"9223372036854775808\": value out of range")]
    [InlineData("99999999999999999999", 0, "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    public void Other_texts_are_refused_with_the_words_of_go(string text, int numberBase, string expected)
    {
        Assert.False(GoNumber.TryParseInt64(text, numberBase, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("zz", "strconv.ParseUint: parsing \"zz\": invalid syntax")]
    [InlineData("-1", "strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [InlineData("10000000000000000", "strconv.ParseUint: parsing \"10000000000000000\": value out of range")]
    public void Unsigned_numbers_have_no_sign_and_64_bits(string text, string expected)
    {
        Assert.False(GoNumber.TryParseUInt64(text, 16, out _, out var error));
        Assert.Equal(expected, error);
    }
}
