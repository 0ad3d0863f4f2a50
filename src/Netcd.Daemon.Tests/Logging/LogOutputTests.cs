using Netcd.Daemon.Logging;

namespace Netcd.Daemon.Tests.Logging;

public sealed class LogOutputTests
{
    [Theory]
    [InlineData("/nope/x",    "open sink \"/nope/x\": open /nope/x: no such file or directory")]
    [InlineData("/tmp",       "open sink \"/tmp\": open /tmp: is a directory")]
    [InlineData("",           "open sink \"\": open : no such file or directory")]
    [InlineData("http://a:1", "open sink \"http://a:1\": no sink found for scheme \"http\"")]
    public void What_cannot_be_opened_is_named(string name, string expected) =>
        Assert.Equal(
            expected, Assert.Throws<FlagValueException>(() => LogOutput.Open([name], rotation: null)).Message);

    [Fact]
    public void File_may_be_given_as_a_url()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            LogOutput.Open([$"file://{path}"], rotation: null).Dispose();
            Assert.True(File.Exists(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
