using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Netcd.Load.Comparison;

/// <summary>One server process under measurement, with the flags of kubeadm's static pod when TLS is on.</summary>
internal sealed class ServerUnderLoad : IDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(120);

    // Ports given out already, which nobody may listen on yet, marked by names that other programs of this repository
    // look at too.
    private static readonly Dictionary<int, Socket> Taken = [];

    // Killed with this process, also when that is told to end.
    private static readonly List<ServerUnderLoad> Running = [];

    static ServerUnderLoad() => AppDomain.CurrentDomain.ProcessExit += (_, _) => DisposeAll();

    private readonly Process _process;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _lastLine = "";
    private bool _disposed;

    private ServerUnderLoad(ProcessStartInfo start, string endpoint)
    {
        Endpoint = endpoint;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.Exited += (_, _) =>
            _ready.TrySetException(new LoadException($"{start.FileName} ended: {_lastLine}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        lock (Running)
        {
            Running.Add(this);
        }
    }

    public string Endpoint { get; }

    /// <summary>From the start of the process to its ready line.</summary>
    public TimeSpan StartTime { get; private set; }

    public ServerUsage Usage => ServerUsage.Read(_process.Id);

    /// <summary>Starts a member without waiting.</summary>
    public static ServerUnderLoad Launch(
        string program, string name, string dataDirectory, string peer, string cluster, BenchCertificates? tls)
    {
        var client = NewUrl(tls);
        string[] arguments =
        [
            $"--name={name}", $"--data-dir={dataDirectory}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster={cluster}", "--snapshot-count=10000", "--quota-backend-bytes=8589934592",
            .. tls?.ServerFlags ?? [],
        ];
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        return new ServerUnderLoad(start, client);
    }

    /// <summary>An address of this host that nobody listens on.</summary>
    public static string NewUrl(BenchCertificates? tls) =>
        $"{(tls is null ? "http" : "https")}://127.0.0.1:{FreePort()}";

    public Task WaitReadyAsync() => _ready.Task.WaitAsync(ReadyLimit);

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

    private static void DisposeAll()
    {
        lock (Running)
        {
            Running.ForEach(server => server.Dispose());
        }
    }

    private void OnLine(string? line)
    {
        _lastLine = line ?? _lastLine;
        if (line?.Contains("serving client traffic", StringComparison.Ordinal) == true)
        {
            StartTime = _clock.Elapsed;
            _ready.TrySetResult();
        }
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
                if (!Taken.ContainsKey(port))
                {
                    var mark = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    mark.Bind(new UnixDomainSocketEndPoint($"\0netcd-test-port-{port}"));
                    Taken.Add(port, mark);
                    return port;
                }
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
