using Netcd.CommandLine.Help;

namespace Netcd.CommandLine.Tests.Help;

public sealed class CobraPageTests
{
    [Fact]
    public void Page_has_the_layout_of_cobra()
    {
        var root = new Command("tool", "A tool.");
        root.PersistentFlags.String("write-out", "simple", "the format", 'w');
        var save = new Command("save <file>", "Saves") { Run = _ => Task.CompletedTask };
        save.Flags.UInt64("size", 10, "How much");
        save.Flags.Bool("quiet", false, "Says nothing");
        save.Flags.String("to", "", "Where the `directory` is");
        root.Add(save, new Command("a-very-long-name", "Has a long name") { Run = _ => Task.CompletedTask });

        Assert.Equal(
            """
            Usage:
              tool [command]

            Available Commands:
              a-very-long-name Has a long name
              save             Saves

            Flags:
              -w, --write-out string   the format (default "simple")

            Use "tool [command] --help" for more information about a command.

            """,
            CobraPage.Of(root));
        Assert.Equal(
            """
            Usage:
              tool save <file> [flags]

            Flags:
                  --quiet          Says nothing
                  --size uint      How much (default 10)
                  --to directory   Where the directory is

            Global Flags:
              -w, --write-out string   the format (default "simple")

            """,
            CobraPage.Of(save));
    }
}
