using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Netcd.Conformance.Cluster.PeerPort;

/// <summary>
/// Sits on the peer address of a member that is down, and answers those who open its streams with bytes of its own; each
/// kind of bad stream is served several times.
/// </summary>
internal sealed class BadPeer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<(string Stream, byte[] Body)> _bodies;
    private readonly int[] _served;
    private readonly string _headers;
    private readonly Task _accepting;

    /// <param name="url">The address to sit on.</param>
    /// <param name="clusterId">What to name as cluster.</param>
    /// <param name="bodies">What to send on which stream: <c>msgapp</c> or <c>message</c>.</param>
    public BadPeer(string url, string clusterId, IReadOnlyList<(string Stream, byte[] Body)> bodies)
    {
        _bodies = bodies;
        _served = new int[bodies.Count];
        _headers = $"X-Server-Version: 3.5.30\r\nX-Etcd-Cluster-Id: {clusterId}\r\n";
        _listener = new TcpListener(IPAddress.Loopback, new Uri(url).Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Whether every body was sent that often.</summary>
    public bool HasServedAll(int times) => _served.All(served => served >= times);

    public string Progress => string.Join(',', _served);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                _ = Task.Run(() => ServeAsync(socket));
            }
            catch (Exception problem) when (problem is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[16 * 1024];
                var received = await socket.ReceiveAsync(buffer, _stop.Token);
                var path = Encoding.ASCII.GetString(buffer, 0, received).Split(' ').ElementAtOrDefault(1) ?? "";
                var body = Next(path);
                if (body is null)
                {
                    await SendAsync(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    return;
                }

                await SendAsync(socket, $"HTTP/1.1 200 OK\r\n{_headers}Transfer-Encoding: chunked\r\n\r\n");
                await SendAsync(socket, $"{body.Length:x}\r\n");
                await socket.SendAsync(body, _stop.Token);
                await SendAsync(socket, "\r\n");

                // Until the other side has had enough, or it waits for more than there is.
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                limit.CancelAfter(TimeSpan.FromMilliseconds(300));
                _ = await socket.ReceiveAsync(buffer, limit.Token);
            }
            catch (Exception problem) when (problem is OperationCanceledException or SocketException)
            {
                // Either side is done with it.
            }
        }
    }

    private static ValueTask<int> SendAsync(Socket socket, string text) =>
        socket.SendAsync(Encoding.ASCII.GetBytes(text), CancellationToken.None);

    // The least served body of the stream that is asked for.
    private byte[]? Next(string path)
    {
        lock (_served)
        {
            var indexes = Enumerable.Range(0, _bodies.Count)
                .Where(index => path.StartsWith($"/raft/stream/{_bodies[index].Stream}/", StringComparison.Ordinal))
                .OrderBy(index => _served[index]).ToList();
            if (indexes.Count == 0)
            {
                return null;
            }

            _served[indexes[0]]++;
            return _bodies[indexes[0]].Body;
        }
    }
}
