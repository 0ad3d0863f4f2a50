namespace Netcd.CommandLine.Tests.Completion;

/// <summary>Expected answers have the shape of real etcdctl's.</summary>
public sealed class CompletionRequestTests
{
    [Theory]
    [InlineData("e", "endpoint\tEndpoint commands\n:4\n")]
    [InlineData("endpoint |h", "hashkv\tPrints the hash\nhealth\tChecks health\n:4\n")]
    [InlineData("get |--r", "--rev\tthe revision\n:4\n")]
    [InlineData("get|--rev|3|--r", ":4\n")]
    [InlineData("get|-w|", ":0\n")]
    [InlineData("get|--write-out=", ":0\n")]
    [InlineData("get|foo|", ":0\n")]
    [InlineData("get|--|--", ":0\n")]
    [InlineData("restore|", "--data-dir\tthe directory\n:0\n")]
    [InlineData("restore|-", "--data-dir\tthe directory\n:4\n")]
    [InlineData("help|endpoint|hea", "health\tChecks health\n:4\n")]
    [InlineData("completion|bash|", ":4\n")]
    [InlineData("frob|", ":0\n")]
    [InlineData("get|--help|", ":4\n")]
    public async Task Candidates_are_listed_with_what_the_shell_may_do(string words, string expected)
    {
        var (code, program) = await SampleProgram.RunAsync(["__complete", .. words.Split('|').Select(word => word.Trim())]);
        Assert.Equal(0, code);
        Assert.Equal(expected, program.Output);
    }

    [Fact]
    public async Task Descriptions_can_be_left_out()
    {
        var (_, program) = await SampleProgram.RunAsync("__completeNoDesc", "endpoint", "");
        Assert.Equal("hashkv\nhealth\n:4\n", program.Output);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public async Task Every_shell_has_a_script_that_asks_the_program(string shell)
    {
        var (_, program) = await SampleProgram.RunAsync("completion", shell, "--no-descriptions");
        Assert.Contains("__completeNoDesc", program.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("{program}", program.Output, StringComparison.Ordinal);
    }
}
