using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>What a person sees who sits before the terminal: prompts, passwords, progress, completion.</summary>
public sealed class CtlTerminalTests
{
    [Fact]
    public async Task Interactive_transaction_prompts_as_real_etcdctl()
    {
        Assert.Equal(await TransactAsync(CtlTool.Go), await TransactAsync(CtlTool.Netcd));

        static Task<string> TransactAsync(CtlTool tool) => WithServerAsync(async endpoint =>
        {
            Assert.Equal(0, (await tool.RunAsync([$"--endpoints={endpoint}", "put", "foo", "bar"])).ExitCode);
            return await Terminal.RunAsync(
                [tool.Path(), $"--endpoints={endpoint}", "txn", "-i"],
                null,
                "expect compares:", """send mod("foo") > "0"\n""", "expect \"0\"\\r\\n", "send \\n",
                "expect success requests (get, put, del):", "send get foo\\n", "expect get foo\\r\\n",
                "send put key1 \"created key\"\\n", "expect key\"\\r\\n", "send \\n",
                "expect failure requests (get, put, del):", "send \\n",
                "expect SUCCESS");
        });
    }

    [Fact]
    public async Task Passwords_are_asked_for_twice_and_not_shown()
    {
        var ours = await AskAsync(CtlTool.Netcd);
        Assert.Equal(await AskAsync(CtlTool.Go), ours);
        Assert.DoesNotContain("secret", ours, StringComparison.Ordinal);

        static Task<string> AskAsync(CtlTool tool) => WithServerAsync(endpoint => Terminal.RunAsync(
            [tool.Path(), $"--endpoints={endpoint}", "user", "add", "alice"],
            null,
            "expect Password of alice: ", "noecho", "send secret\\n",
            "expect Type password of alice again for confirmation: ", "noecho", "send secret\\n",
            "expect User alice created"));
    }

    [Fact]
    public async Task Who_gives_up_at_a_password_gets_a_terminal_back_that_shows_what_is_typed()
    {
        // The shell stays: interactive ones would mend the terminal themselves.
        var ask = $"'{CtlTool.Netcd.Path()}' --endpoints=127.0.0.1:1 user add alice";
        var shown = await Terminal.RunAsync(
            ["sh", "-c", $"trap : INT; {ask}; stty -a; exit 7"],
            null,
            "expect Password of alice: ", "noecho", "send \\x03", "expect  echo ");
        Assert.EndsWith("[exit 7]\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_of_a_snapshot_is_shown_on_a_terminal_only() => await WithServerAsync(async endpoint =>
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("s.db");
        var shown = await Terminal.RunAsync(
            [CtlTool.Netcd.Path(), $"--endpoints={endpoint}", "snapshot", "save", file],
            null,
            "expect snapshot [", "expect % ", "expect \\r\\x1b[K", "expect Snapshot saved at");
        Assert.EndsWith("[exit 0]\n", shown, StringComparison.Ordinal);
        var quiet = await CtlTool.Netcd.RunAsync([$"--endpoints={endpoint}", "snapshot", "save", file]);
        Assert.DoesNotContain('\e', quiet.Success + quiet.Error);
        return "";
    });

    [Fact]
    public async Task Bash_completes_commands_and_flags()
    {
        var folder = Path.GetDirectoryName(CtlTool.Netcd.Path())!; // A path of a file.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = folder + ":" + Environment.GetEnvironmentVariable("PATH"),
            ["TERM"] = "dumb",
        };
        var shown = await Terminal.RunAsync(
            ["bash", "--noprofile", "--norc", "-i"],
            environment,
            "send PS1='ready'' '\\n", "expect ready ",
            "send source <(etcdctl completion bash)\\n", "expect ready ",
            "send etcdctl endp\\t", "expect etcdctl endpoint ",
            "send h\\t\\t", "expect hashkv", "expect health", "send ea\\t", "expect health ", "send \\x15",
            "send etcdctl get --pre\\t", "expect --prefix ", "send \\x15",
            "send etcdctl --write-out=json get --pr\\t\\t", "expect --print-value-only", "send \\x15",
            "send exit 7\\n");
        Assert.EndsWith("[exit 7]\n", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "bash")]
    [InlineData("zsh", "zsh")]
    [InlineData("fish", "fish")]
    public async Task Shell_takes_its_completion_script(string name, string shell)
    {
        using var directory = new TemporaryDirectory();
        foreach (var (tool, program) in new[] { ("etcdctl", CtlTool.Netcd.Path()), ("etcdutl", Programs.NetcdUtl) })
        {
            var script = await Command.RunAsync(program, ["completion", name]);
            Assert.Contains(tool, script.Success, StringComparison.Ordinal);
            await File.WriteAllTextAsync(directory.File(tool), script.Output);
            var check = await Command.RunAsync(shell, ["-n", directory.File(tool)]);
            Assert.Equal("", check.Success + check.Error);
        }
    }

    private static async Task<string> WithServerAsync(Func<string, Task<string>> body)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        return await body(server.ClientUrl["http://".Length..]);
    }
}
