namespace Netcd.CommandLine.Completion;

/// <summary>The command that prints completion scripts; its help pages are cobra's.</summary>
internal static class CompletionCommand
{
    private const string NoDescriptions = "no-descriptions";

    private const string BashDescription = """
        Generate the autocompletion script for the bash shell.

        This script depends on the 'bash-completion' package.
        If it is not installed already, you can install it via your OS's package manager.

        To load completions in your current shell session:

        	source <({program} completion bash)

        To load completions for every new session, execute once:

        #### Linux:

        	{program} completion bash > /etc/bash_completion.d/{program}

        #### macOS:

        	{program} completion bash > $(brew --prefix)/etc/bash_completion.d/{program}

        You will need to start a new shell for this setup to take effect.
        """;

    private const string ZshDescription = """
        Generate the autocompletion script for the zsh shell.

        If shell completion is not already enabled in your environment you will need
        to enable it.  You can execute the following once:

        	echo "autoload -U compinit; compinit" >> ~/.zshrc

        To load completions in your current shell session:

        	source <({program} completion zsh)

        To load completions for every new session, execute once:

        #### Linux:

        	{program} completion zsh > "${fpath[1]}/_{program}"

        #### macOS:

        	{program} completion zsh > $(brew --prefix)/share/zsh/site-functions/_{program}

        You will need to start a new shell for this setup to take effect.
        """;

    private const string FishDescription = """
        Generate the autocompletion script for the fish shell.

        To load completions in your current shell session:

        	{program} completion fish | source

        To load completions for every new session, execute once:

        	{program} completion fish > ~/.config/fish/completions/{program}.fish

        You will need to start a new shell for this setup to take effect.
        """;

    private const string PowerShellDescription = """
        Generate the autocompletion script for powershell.

        To load completions in your current shell session:

        	{program} completion powershell | Out-String | Invoke-Expression

        To load completions for every new session, add the output of the above command
        to your powershell profile.
        """;

    public static Command Create(string program)
    {
        var command = new Command("completion", "Generate the autocompletion script for the specified shell")
        {
            Description = $"Generate the autocompletion script for {program} for the specified shell.\n"
                + "See each sub-command's help for details on how to use the generated script.",
            Arguments = ArgumentRule.None,
            Complete = (_, _) => [],
        };
        return command.Add(
            Shell(program, "bash", BashDescription, hidesFlags: true),
            Shell(program, "zsh", ZshDescription, hidesFlags: false),
            Shell(program, "fish", FishDescription, hidesFlags: false),
            Shell(program, "powershell", PowerShellDescription, hidesFlags: false));
    }

    private static Command Shell(string program, string shell, string description, bool hidesFlags)
    {
        var command = new Command(shell, $"Generate the autocompletion script for {shell}")
        {
            Description = description.Replace("{program}", program, StringComparison.Ordinal),
            Arguments = ArgumentRule.None,
            HidesFlagsInUsageLine = hidesFlags,
            Complete = (_, _) => [],
            Run = invocation =>
            {
                var request = invocation.Bool(NoDescriptions)
                    ? CompletionRequest.WithoutDescriptions
                    : CompletionRequest.CommandName;
                invocation.Console.Write(Script(shell, program, request));
                return Task.CompletedTask;
            },
        };
        command.Flags.Bool(NoDescriptions, false, "disable completion descriptions");
        return command;
    }

    private static string Script(string shell, string program, string request)
    {
        using var resource = typeof(CompletionCommand).Assembly.GetManifestResourceStream(shell)!; // embedded in us
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd()
            .Replace("{program}", program, StringComparison.Ordinal)
            .Replace("{request}", request, StringComparison.Ordinal);
    }
}
