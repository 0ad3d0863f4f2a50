using System.Net;
using System.Net.Sockets;

namespace Netcd.Proxy.Tests.Tcp;

/// <summary>Answers each byte with its name and the byte. Keeps its port over a stop.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly byte _name;

    // Holds the port without listening: while the server is stopped, connections are refused, and nobody else gets it.
    private readonly Socket _port = NewSocket();
    private Socket _listener;

    public EchoServer(string name)
    {
        _name = (byte)name[0];
        _port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Endpoint = new Endpoint("127.0.0.1", ((IPEndPoint)_port.LocalEndPoint!).Port); // Bound.
        _listener = Listen();
    }

    public Endpoint Endpoint { get; }

    public void Start() => _listener = Listen();

    public void Stop() => _listener.Dispose();

    public void Dispose()
    {
        Stop();
        _port.Dispose();
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        return socket;
    }

    private Socket Listen()
    {
        var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Endpoint.Port));
        listener.Listen();
        _ = AcceptAsync(listener);
        return listener;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                await AnswerAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        await using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            var question = new byte[1];
            if (await stream.ReadAsync(question) == 1)
            {
                await stream.WriteAsync(new[] { _name, question[0] });
            }
        }
        catch (IOException)
        {
            // Left by its client.
        }
    }
}
