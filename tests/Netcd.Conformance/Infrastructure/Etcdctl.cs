namespace Netcd.Conformance.Infrastructure;

/// <summary>Real etcdctl against one endpoint.</summary>
internal sealed class Etcdctl(string endpoint, params string[] globalFlags)
{
    public Task<ProcessResult> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public Task<ProcessResult> RunAsync(string input, string[] arguments) =>
        Command.RunAsync(
            Programs.GoEtcdctl,
            [$"--endpoints={endpoint}", .. globalFlags, .. arguments],
            input,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ETCDCTL_API"] = "3" });

    /// <summary>Runs a command that must succeed and returns its output.</summary>
    public async Task<string> OkAsync(params string[] arguments) => (await RunAsync(arguments)).Success;
}
