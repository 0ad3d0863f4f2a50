namespace Netcd.CommandLine.Tests.Help;

public sealed class EtcdPageTests
{
    [Theory]
    [InlineData("get --help")]
    [InlineData("help get")]
    [InlineData("get -h a b")]
    public async Task Page_of_a_command_has_its_flags_and_the_global_ones(string line)
    {
        var (code, program) = await SampleProgram.RunAsync(line.Split(' '));
        Assert.Equal(0, code);
        Assert.Equal(
            """
            NAME:
            	get - Gets a key

            USAGE:
            	tool get [options] <key> [flags]

            OPTIONS:
              -h, --help[=false]	help for get
                  --rev=0		the revision

            GLOBAL OPTIONS:
                  --endpoints=[127.0.0.1:2379]	the endpoints
                  --hex[=false]			print hex
              -w, --write-out="simple"		the format


            """,
            program.Output);
    }

    [Fact]
    public async Task Page_of_a_group_lists_its_commands()
    {
        var (_, program) = await SampleProgram.RunAsync("endpoint");
        Assert.Contains(
            "API VERSION:\n\t1.2\n\n\nCOMMANDS:\n\thashkv\tPrints the hash\n\thealth\tChecks health\n\nOPTIONS:\n",
            program.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_topic_shows_the_page_of_the_program()
    {
        var (code, program) = await SampleProgram.RunAsync("help", "frob");
        Assert.Equal(0, code);
        Assert.Equal("Unknown help topic [`frob`]\n", program.Error);
        Assert.Contains("VERSION:\n\t1.2.3\n", program.Output, StringComparison.Ordinal);
    }
}
