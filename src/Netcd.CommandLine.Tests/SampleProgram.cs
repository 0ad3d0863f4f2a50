using System.Text;

namespace Netcd.CommandLine.Tests;

/// <summary>A small tree in the shape of the real ones, run in process.</summary>
internal sealed class SampleProgram
{
    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Invocation? Called { get; private set; }

    public static async Task<(int Code, SampleProgram Program)> RunAsync(params string[] arguments)
    {
        var program = new SampleProgram();
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var console = new ProgramConsole(
            Stream.Null, output, error, new Dictionary<string, string>(StringComparer.Ordinal));
        var runner = new CommandLineProgram(program.Tree(), new ProgramVersion("1.2.3", "1.2"), console);
        var code = await runner.RunAsync(arguments);
        program.Output = Encoding.UTF8.GetString(output.ToArray());
        program.Error = Encoding.UTF8.GetString(error.ToArray());
        return (code, program);
    }

    private Command Tree()
    {
        var root = new Command("tool", "A tool.");
        root.PersistentFlags.String("write-out", "simple", "the format", 'w');
        root.PersistentFlags.Bool("hex", false, "print hex");
        root.PersistentFlags.List("endpoints", ["127.0.0.1:2379"], "the endpoints");
        var get = new Command("get [options] <key>", "Gets a key") { Run = Remember };
        get.Flags.Int64("rev", 0, "the revision");
        var group = new Command("endpoint <subcommand>", "Endpoint commands");
        group.PersistentFlags.Bool("cluster", false, "all endpoints");
        group.Add(
            new Command("health", "Checks health") { Run = Remember },
            new Command("hashkv", "Prints the hash") { Run = Remember });
        var restore = new Command("restore", "Restores") { Run = Remember };
        restore.Flags.String("data-dir", "", "the directory").IsRequired = true;
        var fail = new Command("fail", "Fails")
        {
            Run = _ => throw new ExitException(ExitCodes.BadArguments, "no such luck"),
        };
        return root.Add(get, group, restore, fail);
    }

    private Task Remember(Invocation invocation)
    {
        Called = invocation;
        return Task.CompletedTask;
    }
}
