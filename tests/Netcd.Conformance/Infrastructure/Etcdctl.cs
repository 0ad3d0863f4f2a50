namespace Netcd.Conformance.Infrastructure;

/// <summary>Real etcdctl against one endpoint.</summary>
internal sealed class Etcdctl(string endpoint, params string[] globalFlags)
{
    // Its own are 5 and 2 seconds, which a busy machine may take for a login.
    private static readonly string[] Patience = ["--command-timeout=90s", "--dial-timeout=30s"];

    public Task<ProcessResult> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public Task<ProcessResult> RunAsync(string input, string[] arguments) =>
        Command.RunAsync(
            Programs.GoEtcdctl,
            [$"--endpoints={endpoint}", .. Patience, .. globalFlags, .. arguments],
            input,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ETCDCTL_API"] = "3" });

    /// <summary>Runs a command that must succeed and returns its output.</summary>
    public async Task<string> OkAsync(params string[] arguments) => (await RunAsync(arguments)).Success;
}
