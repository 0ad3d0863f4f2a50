using System.Diagnostics;

namespace Netcd.Conformance.Infrastructure;

/// <summary>Real etcdctl against one endpoint.</summary>
internal sealed class Etcdctl(string endpoint, params string[] globalFlags)
{
    /// <summary>Its own limits are 5 and 2 seconds, which a busy machine may take for a login.</summary>
    public static readonly string[] Patience = ["--command-timeout=90s", "--dial-timeout=30s"];

    /// <summary>The same for either etcdctl, by its environment.</summary>
    public static readonly Dictionary<string, string> PatientEnvironment = new(StringComparer.Ordinal)
    {
        ["ETCDCTL_COMMAND_TIMEOUT"] = "90s",
        ["ETCDCTL_DIAL_TIMEOUT"] = "30s",
    };

    private static readonly TimeSpan RetryLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    public Task<ProcessResult> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public Task<ProcessResult> RunAsync(string input, string[] arguments) =>
        Command.RunAsync(
            Programs.GoEtcdctl,
            [$"--endpoints={endpoint}", .. Patience, .. globalFlags, .. arguments],
            input,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ETCDCTL_API"] = "3" });

    /// <summary>
    /// Runs a command that must succeed and returns its output. It is run again while a member had not time enough for
    /// it, so it must come to the same when it is carried out twice.
    /// </summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        var result = await RunAsync(arguments);
        while (result.ExitCode != 0 && Transient.IsSaidIn(result.Error) && clock.Elapsed < RetryLimit)
        {
            await Task.Delay(RetryPause);
            result = await RunAsync(arguments);
        }

        return result.Success;
    }
}
