using System.Diagnostics;
using System.Text;

namespace Netcd.Conformance.Infrastructure;

/// <summary>A running member, ours or Go's, in a process of its own. Disposing kills it.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    // How long something may take that has to come. Nothing is measured by it: a busy machine may need much of it.
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private bool _disposed;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EtcdServer(Process process, string clientUrl)
    {
        _process = process;
        ClientUrl = clientUrl;
    }

    public string ClientUrl { get; }

    public int ProcessId => _process.Id;

    /// <summary>Everything it logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts a plaintext member on a data directory and waits until it is ready.</summary>
    public static Task<EtcdServer> StartAsync(
        ServerKind kind, string dataDirectory, params string[] moreArguments) =>
        StartAsync(kind, dataDirectory, FreePorts.Take(), FreePorts.Take(), moreArguments);

    /// <summary>The same with chosen ports, so that a restart keeps them.</summary>
    public static Task<EtcdServer> StartAsync(
        ServerKind kind, string dataDirectory, int clientPort, int peerPort, params string[] moreArguments)
    {
        var client = $"http://127.0.0.1:{clientPort}";
        var peer = $"http://127.0.0.1:{peerPort}";
        string[] arguments =
        [
            "--name=m1", $"--data-dir={dataDirectory}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=m1={peer}", .. moreArguments,
        ];
        return StartWithAsync(kind, client, arguments);
    }

    /// <summary>Starts a member with exactly these arguments and waits until it is ready.</summary>
    public static async Task<EtcdServer> StartWithAsync(ServerKind kind, string clientUrl, params string[] arguments)
    {
        var server = Launch(kind, clientUrl, arguments);
        await server.WaitReadyAsync();
        return server;
    }

    /// <summary>Waits until clients are served; a member that does not come so far is killed, and its log shown.</summary>
    public async Task WaitReadyAsync()
    {
        try
        {
            await _ready.Task.WaitAsync(ReadyLimit);
        }
        catch (Exception problem)
        {
            var log = Log;
            await DisposeAsync();
            throw new InvalidOperationException($"the member did not become ready: {problem.Message}\n{log}", problem);
        }
    }

    /// <summary>Waits until a line with this text was logged.</summary>
    public async Task WaitForLogAsync(string text, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            if (HasExited)
            {
                // What it said last may be still on its way to us.
                await WaitForExitAsync();
                Assert.Contains(text, Log, StringComparison.Ordinal);
                return;
            }

            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"the member did not log '{text}'\n{Log}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Starts a member without waiting; for starts that must fail.</summary>
    public static EtcdServer Launch(ServerKind kind, string clientUrl, params string[] arguments) =>
        LaunchUnder([], kind, clientUrl, arguments);

    /// <summary>The same through a program that replaces itself by the member, as <c>ip netns exec</c> does.</summary>
    public static EtcdServer LaunchUnder(
        IReadOnlyList<string> runner, ServerKind kind, string clientUrl, params string[] arguments)
    {
        var program = kind == ServerKind.Netcd ? Programs.Netcd : Programs.GoEtcd;
        string[] command = [.. runner, program, .. arguments];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        // The programs must need nothing else, as under a container runtime.
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new EtcdServer(process, clientUrl);
        process.OutputDataReceived += (_, line) => server.OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => server.OnLine(line.Data);
        process.Exited += (_, _) => server._ready.TrySetException(new InvalidOperationException("the process ended"));
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>kill -9, and waits for the end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Command.RunAsync("kill", ["-TERM", _process.Id.ToString()]);
        return await WaitForExitAsync();
    }

    /// <summary>Waits for the process to end by itself; returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(ReadyLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException problem)
        {
            throw new TimeoutException($"the member did not end\n{Log[Math.Max(0, Log.Length - 4000)..]}", problem);
        }

        return _process.ExitCode;
    }

    public bool HasExited => _process.HasExited;

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void OnLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Append(line).Append('\n');
        }

        // The client listener is open at this line in both programs.
        if (line.Contains("serving client traffic", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }
}
