namespace Netcd.CommandLine.Tests;

/// <summary>Expected texts are what real etcdctl 3.5.30 says about its own commands.</summary>
public sealed class CommandLineProgramTests
{
    [Theory]
    [InlineData("get", "tool get")]
    [InlineData("g", "tool get")]
    [InlineData("endpoint health", "tool endpoint health")]
    [InlineData("end he", "tool endpoint health")]
    [InlineData("--hex -w json end --cluster he", "tool endpoint health")]
    [InlineData("-w get get", "tool get")]
    public async Task Command_is_found_among_flags_and_by_a_unique_beginning(string line, string path)
    {
        var (code, program) = await SampleProgram.RunAsync(line.Split(' '));
        Assert.Equal(0, code);
        Assert.Equal(path, program.Called!.Command.Path);
    }

    [Theory]
    [InlineData("frob", "Error: unknown command \"frob\" for \"tool\"\nRun 'tool --help' for usage.\nError: unknown command \"frob\" for \"tool\"\n")]
    [InlineData("gett", "Error: unknown command \"gett\" for \"tool\"\n\nDid you mean this?\n\tget\n\nRun 'tool --help' for usage.\nError: unknown command \"gett\" for \"tool\"\n\nDid you mean this?\n\tget\n\n")]
    public async Task Unknown_command_is_named_and_the_near_one_suggested(string line, string error)
    {
        var (code, program) = await SampleProgram.RunAsync(line.Split(' '));
        Assert.Equal(1, code);
        Assert.Equal(error, program.Error);
        Assert.Equal("", program.Output);
    }

    [Theory]
    [InlineData("get --frob", "unknown flag: --frob")]
    [InlineData("get -Zx", "unknown shorthand flag: 'Z' in -Zx")]
    [InlineData("get --rev=x", "invalid argument \"x\" for \"--rev\" flag: strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("get -w", "flag needs an argument: 'w' in -w")]
    [InlineData("get --endpoints", "flag needs an argument: --endpoints")]
    [InlineData("get ---x", "bad flag syntax: ---x")]
    [InlineData("restore", "required flag(s) \"data-dir\" not set")]
    [InlineData("completion bash x", "unknown command \"x\" for \"tool completion bash\"")]
    public async Task Wrong_flag_shows_the_usage_and_the_error_before_and_after(string line, string error)
    {
        var (code, program) = await SampleProgram.RunAsync(line.Split(' '));
        Assert.Equal(1, code);
        Assert.Equal($"Error: {error}\n\nError: {error}\n", program.Error);
        Assert.StartsWith("NAME:\n\t", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_stand_anywhere_until_two_dashes()
    {
        var (_, program) = await SampleProgram.RunAsync("get", "a", "--rev", "3", "--", "--hex", "b");
        Assert.Equal(["a", "--hex", "b"], program.Called!.Arguments);
        Assert.Equal(1, program.Called.ArgumentsBeforeDashes);
        Assert.Equal(3, program.Called.Number("rev"));
        Assert.False(program.Called.Bool("hex"));
    }

    [Fact]
    public async Task List_replaces_the_default_and_then_grows()
    {
        var (_, program) = await SampleProgram.RunAsync("get", "--endpoints", "a,b", "--endpoints=\"c,d\",e");
        Assert.Equal(["a", "b", "c,d", "e"], program.Called!.List("endpoints"));
        Assert.Equal("[a,b,\"c,d\",e]", program.Called.Text("endpoints"));
    }

    [Fact]
    public async Task Command_that_fails_sets_the_exit_code()
    {
        var (code, program) = await SampleProgram.RunAsync("fail");
        Assert.Equal(128, code);
        Assert.Equal("Error: no such luck\n", program.Error);
    }
}
