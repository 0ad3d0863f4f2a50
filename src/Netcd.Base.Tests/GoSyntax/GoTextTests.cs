using System.Text;
using Netcd.Base.GoSyntax;

namespace Netcd.Base.Tests.GoSyntax;

/// <summary>Expected values are what Go 1.26 prints with <c>%q</c>.</summary>
public sealed class GoTextTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"")]
    [InlineData("\0\u001f\u007f", "\"\\x00\\x1f\\x7f\"")]
    [InlineData("naïve ☃ 😀", "\"naïve ☃ 😀\"")]
    [InlineData("\u00a0\u200b\ufeff", "\"\\u00a0\\u200b\\ufeff\"")]
    public void Text_is_quoted_as_go_does(string text, string expected) => Assert.Equal(expected, GoText.Quote(text));

    [Fact]
    public void Bytes_that_are_no_utf8_are_escaped_one_by_one() =>
        Assert.Equal("\"a\\xff\\xc3b\"", GoText.Quote([(byte)'a', 0xff, 0xc3, (byte)'b']));

    [Fact]
    public void Private_characters_beyond_the_basic_plane_have_eight_digits() =>
        Assert.Equal("\"\\U000f0000\"", GoText.Quote(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(0xf0000))));

    [Theory]
    [InlineData("\"plain\" rest", 7, "plain")]
    [InlineData("\"a\\tb\\x41\\101\\u00e9\\\"\"", 22, "a\tbAA\u00e9\"")]
    [InlineData("`raw\\n`", 7, "raw\\n")]
    [InlineData("\"\"", 2, "")]
    public void Literal_is_read_as_go_does(string text, int length, string expected)
    {
        Assert.True(GoText.TryUnquote(text, out var read, out var value));
        Assert.Equal(length, read);
        Assert.Equal(expected, Encoding.UTF8.GetString(value));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("\"open")]
    [InlineData("\"\\q\"")]
    [InlineData("\"\\x4\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\400\"")]
    [InlineData("`open")]
    [InlineData("")]
    public void What_is_no_literal_is_refused(string text) => Assert.False(GoText.TryUnquote(text, out _, out _));
}
