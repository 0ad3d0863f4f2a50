using Netcd.CommandLine.Help;

namespace Netcd.CommandLine.Tests.Help;

/// <summary>Expected values are what Go's text/tabwriter makes with Init(w, 0, 8, 1, '\t', 0).</summary>
public sealed class TabWriterTests
{
    [Theory]
    [InlineData("a\tb\nlong word\tc\n", "a\t\tb\nlong word\tc\n")]
    [InlineData("\ta\tb\n\tlonger one\tc\n", "\ta\t\tb\n\tlonger one\tc\n")]
    [InlineData("a\tb\n\nlong word\tc\n", "a\tb\n\nlong word\tc\n")]
    [InlineData("1234567\tb\n", "1234567\tb\n")]
    [InlineData("12345678\tb\n", "12345678\tb\n")]
    [InlineData("plain\n", "plain\n")]
    public void Columns_of_adjacent_lines_are_aligned(string text, string expected) =>
        Assert.Equal(expected, TabWriter.Align(text));
}
