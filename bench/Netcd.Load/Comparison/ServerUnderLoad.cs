using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Netcd.Load.Comparison;

/// <summary>One server process for one measurement, with the flags of kubeadm's static pod when TLS is on.</summary>
internal sealed class ServerUnderLoad : IDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private bool _disposed;

    private ServerUnderLoad(Process process, string endpoint, TimeSpan startTime)
    {
        _process = process;
        Endpoint = endpoint;
        StartTime = startTime;
    }

    public string Endpoint { get; }

    /// <summary>From the start of the process to its ready line.</summary>
    public TimeSpan StartTime { get; }

    public ServerUsage Usage => ServerUsage.Read(_process.Id);

    public static async Task<ServerUnderLoad> StartAsync(string program, string dataDirectory, BenchCertificates? tls)
    {
        var scheme = tls is null ? "http" : "https";
        var client = $"{scheme}://127.0.0.1:{FreePort()}";
        var peer = $"{scheme}://127.0.0.1:{FreePort()}";
        string[] arguments =
        [
            "--name=m1", $"--data-dir={dataDirectory}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=m1={peer}", "--snapshot-count=10000", "--quota-backend-bytes=8589934592",
            .. tls?.ServerFlags ?? [],
        ];
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var lastLine = "";
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.Exited += (_, _) => ready.TrySetException(new LoadException($"{program} ended: {lastLine}"));
        var clock = Stopwatch.StartNew();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await ready.Task.WaitAsync(ReadyLimit);
        return new ServerUnderLoad(process, client, clock.Elapsed);

        void OnLine(string? line)
        {
            lastLine = line ?? lastLine;
            if (line?.Contains("serving client traffic", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    // Below the ephemeral range, where a client cannot connect to itself.
    private static int FreePort()
    {
        for (var port = Random.Shared.Next(15_000, 31_000); ; port++)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
