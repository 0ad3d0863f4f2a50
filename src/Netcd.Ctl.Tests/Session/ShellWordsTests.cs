using Netcd.Ctl.Session;

namespace Netcd.Ctl.Tests.Session;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("put key value", "put|key|value")]
    [InlineData("  put\tkey  ", "put|key")]
    [InlineData("put key 'a b \"c\"'", "put|key|a b \"c\"")]
    [InlineData("put key \"a\\tb\\x41\"", "put|key|a\tbA")]
    [InlineData("put a'b c'd", "put|a'b|c'd")]
    [InlineData("put \"open", "put|open")]
    [InlineData("", "")]
    public void Line_is_split(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', ShellWords.Split(line)));
}
