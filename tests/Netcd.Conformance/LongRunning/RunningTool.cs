using System.Diagnostics;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.LongRunning;

/// <summary>An etcdctl that goes on until it is told to stop. Disposing kills it.</summary>
internal sealed class RunningTool : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _error;

    public RunningTool(string program, string url, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add($"--endpoints={url}");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Etcdctl.PatientEnvironment)
        {
            // The tools refuse what is said both ways.
            var flag = name.Replace("ETCDCTL_", "--", StringComparison.Ordinal).Replace('_', '-').ToLowerInvariant();
            if (!Array.Exists(arguments, argument => argument.StartsWith($"{flag}=", StringComparison.Ordinal)))
            {
                start.Environment[name] = value;
            }
        }

        _process = Process.Start(start)!; // Null only with a shell.
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Both tools, by name.</summary>
    public static string PathOf(string tool) => tool == "ours" ? Programs.NetcdCtl : Programs.GoEtcdctl;

    /// <summary>Runs a tool to its end.</summary>
    public static Task<ProcessResult> RunAsync(string program, string url, params string[] arguments) =>
        Command.RunAsync(
            program, [$"--endpoints={url}", .. arguments], environment: Etcdctl.PatientEnvironment);

    /// <summary>The next line of its output; a tool that ends instead has failed.</summary>
    public async Task<string> ReadLineAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        if (line is null)
        {
            await _process.WaitForExitAsync(limit.Token);
            throw new InvalidOperationException($"ended with exit code {_process.ExitCode}: {await _error}");
        }

        return line;
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void Kill() => _process.Kill();

    /// <summary>SIGINT, and what is left of its output.</summary>
    public async Task<ProcessResult> InterruptAsync()
    {
        await Command.RunAsync("kill", ["-INT", $"{_process.Id}"]);
        return await EndAsync();
    }

    /// <summary>SIGINT again and again until it has ended; its exit code.</summary>
    public async Task<int> InterruptUntilEndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!_process.HasExited)
        {
            await Command.RunAsync("kill", ["-INT", $"{_process.Id}"]);
            await Task.Delay(100, limit.Token);
        }

        return _process.ExitCode;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProcessResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var output = await _process.StandardOutput.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        return new ProcessResult(_process.ExitCode, output, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
