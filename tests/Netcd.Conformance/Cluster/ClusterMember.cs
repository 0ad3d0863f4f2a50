using System.Net.Security;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>
/// One place in a cluster: a name, ports, a data directory and flags, which stay the same while the process is stopped,
/// killed, started again, or replaced by the other program.
/// </summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private readonly IReadOnlyList<string> _runner;
    private readonly SslClientAuthenticationOptions? _tls;
    private readonly Lock _clientGate = new();
    private EtcdServer? _server;
    private V3Client? _client;

    public ClusterMember(
        string name, string dataDirectory, string host, IReadOnlyList<string> runner,
        SslClientAuthenticationOptions? tls, IReadOnlyList<string> flags)
    {
        _runner = runner;
        _tls = tls;
        var scheme = tls is null ? "http" : "https";
        Name = name;
        DataDirectory = dataDirectory;
        ClientUrl = $"{scheme}://{host}:{FreePorts.Take()}";
        PeerUrl = $"{scheme}://{host}:{FreePorts.Take()}";
        Flags = flags;
    }

    public string Name { get; }

    public string DataDirectory { get; private set; }

    public string ClientUrl { get; }

    public string PeerUrl { get; }

    public IReadOnlyList<string> Flags { get; }

    /// <summary>The members at the first start of this one, as <c>--initial-cluster</c> wants them.</summary>
    public string InitialCluster { get; set; } = "";

    /// <summary>Whether it joins a cluster that runs already.</summary>
    public bool JoinsExisting { get; set; }

    public ServerKind Kind { get; set; }

    public bool IsRunning => _server is { HasExited: false };

    public EtcdServer Server => _server ?? throw new InvalidOperationException($"{Name} was never started");

    /// <summary>Our client of this member alone, which waits when there is no leader.</summary>
    public V3Client Client
    {
        get
        {
            lock (_clientGate)
            {
                return _client ??= new V3Client(ClientUrl, _tls);
            }
        }
    }

    public string[] Arguments =>
    [
        $"--name={Name}", $"--data-dir={DataDirectory}", $"--listen-client-urls={ClientUrl}",
        $"--advertise-client-urls={ClientUrl}", $"--listen-peer-urls={PeerUrl}",
        $"--initial-advertise-peer-urls={PeerUrl}", $"--initial-cluster={InitialCluster}",
        $"--initial-cluster-state={(JoinsExisting ? "existing" : "new")}", "--initial-cluster-token=netcd-test",
        .. Flags,
    ];

    public override string ToString() => $"{Name} ({Kind})";

    /// <summary>One that makes each call once.</summary>
    public V3Client NewClient(TimeSpan? timeLimit = null) => new(ClientUrl, _tls, timeLimit, insists: false);

    /// <summary>Starts the process without waiting.</summary>
    public void Launch()
    {
        Assert.False(IsRunning, $"{Name} runs already");
        _server = EtcdServer.LaunchUnder(_runner, Kind, ClientUrl, Arguments);
    }

    public async Task StartAsync()
    {
        Launch();
        await Server.WaitReadyAsync();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task StopAsync()
    {
        await Server.StopAsync();
        ForgetConnections();
    }

    /// <summary>kill -9, and waits for the end.</summary>
    public async Task KillAsync()
    {
        await Server.KillAsync();
        ForgetConnections();
    }

    /// <summary>Stops the process and starts the other program with the same flags on the same directory.</summary>
    public async Task ReplaceAsync(ServerKind kind)
    {
        await StopAsync();
        Kind = kind;
        await StartAsync();
    }

    /// <summary>Lets the next start begin with an empty disk.</summary>
    public void LoseDisk()
    {
        Assert.False(IsRunning, $"{Name} runs");
        Directory.Delete(DataDirectory, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        ForgetConnections();
    }

    private void ForgetConnections()
    {
        lock (_clientGate)
        {
            _client?.Dispose();
            _client = null;
        }
    }
}
