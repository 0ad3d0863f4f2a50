using System.Net;
using System.Net.Sockets;

namespace Netcd.Proxy.Tcp;

/// <summary>
/// Passes connections on to endpoints (<c>etcd gateway</c>). An endpoint that cannot be connected to is left
/// out until it can be again. Source: server/proxy/tcpproxy/userspace.go.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    // A connection costs two sockets; beyond, the listener's backlog holds them.
    private const int ConnectionsMax = 16 * 1024;

    private readonly TcpProxyOptions _options;
    private static readonly TimeSpan RetryDelayDefault = TimeSpan.FromMinutes(5);

    private readonly Remote[] _remotes;
    private readonly RemotePicker _picker;
    private readonly TcpListener _listener;
    private readonly ITimer _monitor;
    private readonly SemaphoreSlim _room = new(ConnectionsMax);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    // Guarded by itself.
    private readonly HashSet<Task> _connections = [];

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public TcpProxy(TcpProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _remotes = [.. options.Endpoints.Select(static endpoint => new Remote(endpoint))];
        _picker = new RemotePicker(_remotes, options.Random);
        _listener = new TcpListener(options.Listen);
        _listener.Start();
        _monitor = options.Time.CreateTimer(
            static state => _ = ((TcpProxy)state!).ReactivateAsync(), // The state is passed here.
            this,
            RetryDelay,
            RetryDelay);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    private TimeSpan RetryDelay =>
        _options.RetryDelay > TimeSpan.Zero ? _options.RetryDelay : RetryDelayDefault;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _monitor.DisposeAsync();
        _listener.Stop();
        await _accepting;
        Task[] connections;
        lock (_connections)
        {
            connections = [.. _connections];
        }

        await Task.WhenAll(connections);
        _listener.Dispose();
        _room.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stop.Token);
                var incoming = await _listener.AcceptSocketAsync(_stop.Token);
                var serving = ServeAsync(incoming);
                lock (_connections)
                {
                    _connections.Add(serving);
                }

                _ = serving.ContinueWith(
                    Served,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The listener was closed.
        }
    }

    private void Served(Task connection)
    {
        lock (_connections)
        {
            _connections.Remove(connection);
        }

        _room.Release();
    }

    private async Task ServeAsync(Socket incoming)
    {
        using (incoming)
        {
            try
            {
                using var outgoing = await ConnectAsync();
                if (outgoing is null)
                {
                    return;
                }

                incoming.NoDelay = true;
                await using var left = new NetworkStream(incoming);
                await using var right = new NetworkStream(outgoing);
                using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);

                // As upstream: when one side ends, both are closed.
                await Task.WhenAny(left.CopyToAsync(right, over.Token), right.CopyToAsync(left, over.Token));
                await over.CancelAsync();
            }
            catch (Exception end) when (end is IOException or SocketException or OperationCanceledException)
            {
                // One of them left.
            }
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        while (_picker.Pick() is { } remote)
        {
            if (await remote.TryConnectAsync(_stop.Token) is { } socket)
            {
                return socket;
            }

            remote.IsActive = false;
            _options.Log?.Invoke(true, "deactivated endpoint", remote.Endpoint.ToString());
        }

        return null;
    }

    private async Task ReactivateAsync()
    {
        try
        {
            foreach (var remote in _remotes.Where(static remote => !remote.IsActive))
            {
                using var socket = await remote.TryConnectAsync(_stop.Token);
                remote.IsActive = socket is not null;
                _options.Log?.Invoke(
                    socket is null,
                    socket is null
                        ? "failed to activate endpoint (stay inactive for another interval)"
                        : "activated",
                    remote.Endpoint.ToString());
            }
        }
        catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
        {
            // The proxy stops.
        }
    }
}
