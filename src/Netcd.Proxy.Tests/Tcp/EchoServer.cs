using System.Net;
using System.Net.Sockets;

namespace Netcd.Proxy.Tests.Tcp;

/// <summary>Answers each byte with its name and the byte. Keeps its port over a stop.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly byte _name;
    private TcpListener _listener;

    public EchoServer(string name)
    {
        _name = (byte)name[0];
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Endpoint = new Endpoint("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
        _ = AcceptAsync(_listener);
    }

    public Endpoint Endpoint { get; }

    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, Endpoint.Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public void Stop() => _listener.Dispose();

    public void Dispose() => Stop();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var question = new byte[1];
                if (await stream.ReadAsync(question) == 1)
                {
                    await stream.WriteAsync(new[] { _name, question[0] });
                }
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
        {
            // Stopped.
        }
    }
}
