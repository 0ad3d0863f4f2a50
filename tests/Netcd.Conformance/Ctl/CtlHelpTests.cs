using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>Help pages, completions and refusals of command lines: as real etcdctl has them, without a server.</summary>
public sealed class CtlHelpTests
{
    private const int CommandsMin = 48;

    public static TheoryData<string> Lines() =>
    [
        "", "--help", "-h", "help", "help frob", "help get", "help endpoint status", "--hex", "-- get", "version x",
        "frob", "gett", "--version", "-x", "get --frob", "get -w", "get -Zx", "get --rev=x", "get ---x", "get -hw",
        "get --command-timeout=5", "get --limit=99999999999999999999", "endpoint frob", "alarm", "completion",
        "completion frob", "completion bash x", "__complete", "role grant-permission -x", "snapshot", "g --help",
        "move-leader", "snapshot status", "snapshot restore", "snapshot restore a --bump-revision 3",
    ];

    public static TheoryData<string> Words() =>
    [
        "", "e", "endpoint|", "get|--", "get|--pre", "get|-w|", "get|foo|", "frob|", "get|--prefix|--p", "completion|",
        "completion|bash|", "help|", "help|e", "help|endpoint|", "get|--write-out=", "--endpoints|x|ge", "-", "get|-",
        "auth|enable|--", "get|--rev|3|--r", "get|--|--", "get|--bogus|", "get|--bogus=", "get|--help|", "lease|g",
    ];

    [Fact]
    public async Task Help_page_of_every_command_is_that_of_real_etcdctl()
    {
        var root = (await CtlTool.Go.RunAsync(["--help"])).Success;
        var commands = root[root.IndexOf("COMMANDS:\n", StringComparison.Ordinal)..].Split('\n').Skip(1)
            .TakeWhile(line => line.StartsWith('\t')).Select(line => line.Split('\t')[1]).ToList();
        Assert.True(commands.Count >= CommandsMin, $"{commands.Count} commands in the help of real etcdctl");
        var differences = new List<string>();
        foreach (var command in commands)
        {
            await CompareAsync([.. command.Split(' '), "--help"], differences);
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Command_line_has_the_answer_of_real_etcdctl(string line)
    {
        var differences = new List<string>();
        await CompareAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), differences);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public async Task Completion_has_the_candidates_of_real_etcdctl(string words)
    {
        var differences = new List<string>();
        await CompareAsync(["__complete", .. words.Split('|')], differences);
        await CompareAsync(["__completeNoDesc", .. words.Split('|')], differences);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static async Task CompareAsync(string[] arguments, List<string> differences)
    {
        var wanted = await CtlTool.Go.RunAsync(arguments);
        var found = await CtlTool.Netcd.RunAsync(arguments);
        if (wanted != found)
        {
            differences.Add($"{string.Join(' ', arguments)}: {Show(wanted)}\n-- but here: {Show(found)}");
        }
    }

    private static string Show(ProcessResult result) => $"exit code {result.ExitCode}\n{result.Output}\n{result.Error}";
}
