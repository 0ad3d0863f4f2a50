using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Netcd.Conformance.Bootstrap;

/// <summary>
/// An HTTP proxy behind which a version 2 discovery service for clusters of one seems to be, at whatever host.
/// </summary>
internal sealed class KeysProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentDictionary<string, string> _members = new(StringComparer.Ordinal);
    private readonly Task _loop;

    public KeysProxy()
    {
        _listener.Start();
        _loop = ServeAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Method and target of each request in order.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Somebody else registers.</summary>
    public void Register(string member, string value) => _members[member] = value;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _loop;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
            {
                return;
            }

            using (client)
            {
                await AnswerAsync(client.GetStream());
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } line)
        {
            return;
        }

        var length = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header[16..]);
            }
        }

        var body = new char[length];
        if (length > 0)
        {
            await reader.ReadBlockAsync(body);
        }

        var words = line.Split(' ');
        _requests.Enqueue($"{words[0]} {words[1]}");
        var (status, node) = Answer(words[0], new Uri(words[1]).AbsolutePath, new string(body));
        var text = JsonSerializer.Serialize(new { action = "get", node });
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Etcd-Index: 9\r\nConnection: close\r\n"
            + $"Content-Length: {text.Length}\r\n\r\n{text}"));
    }

    private (string Status, object Node) Answer(string method, string path, string body)
    {
        if (path.EndsWith("/_config/size", StringComparison.Ordinal))
        {
            return ("200 OK", Node(path, "1"));
        }

        var name = path.Split('/')[^1];
        if (method == "PUT")
        {
            _members[name] = Uri.UnescapeDataString(body["value=".Length..]);
            return ("201 Created", Node(path, _members[name]));
        }

        return _members.TryGetValue(name, out var value)
            ? ("200 OK", Node(path, value))
            : ("200 OK", new
            {
                key = path,
                dir = true,
                nodes = _members.Select(member => Node($"{path}/{member.Key}", member.Value)).ToArray(),
            });
    }

    private static object Node(string key, string value) => new { key, value, modifiedIndex = 3, createdIndex = 3 };
}
