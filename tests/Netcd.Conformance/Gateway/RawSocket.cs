using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Netcd.Conformance.Gateway;

/// <summary>A WebSocket client that shows each frame as it is on the wire, and sends what no library would.</summary>
internal sealed class RawSocket : IDisposable
{
    public const int TextFrame = 1;
    public const int BinaryFrame = 2;
    public const int CloseFrame = 8;
    public const int PingFrame = 9;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TcpClient _client = new();
    private readonly CancellationTokenSource _limit = new(Patience);
    private byte[] _received = [];

    private RawSocket()
    {
    }

    /// <summary>The answer's head without its date.</summary>
    public string Head { get; private set; } = "";

    private NetworkStream Stream => _client.GetStream();

    /// <summary>Asks for a WebSocket with the headers that it takes, but for those named without a value.</summary>
    public static async Task<RawSocket> OpenAsync(
        int port, string path, string method = "GET", params (string Name, string? Value)[] headers)
    {
        var socket = new RawSocket();
        await socket._client.ConnectAsync(IPAddress.Loopback, port, socket._limit.Token);
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = $"127.0.0.1:{port}",
            ["Connection"] = "keep-alive, Upgrade",
            ["Upgrade"] = "websocket",
            ["Sec-WebSocket-Version"] = "13",
            ["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ==",
        };
        foreach (var (name, value) in headers)
        {
            all[name] = value;
        }

        var lines = all.Where(header => header.Value is not null).Select(header => $"{header.Key}: {header.Value}\r\n");
        await socket.Stream.WriteAsync(
            Encoding.Latin1.GetBytes($"{method} {path} HTTP/1.1\r\n{string.Concat(lines)}\r\n"), socket._limit.Token);
        int end;
        while ((end = socket._received.AsSpan().IndexOf("\r\n\r\n"u8)) < 0)
        {
            Assert.True(await socket.TryReceiveAsync(), "the connection ended before an answer");
        }

        var head = Encoding.Latin1.GetString(socket._received, 0, end).Split("\r\n");
        socket._received = socket._received[(end + 4)..];
        socket.Head = string.Join('\n', head
            .Where(line => !line.StartsWith("Date:", StringComparison.Ordinal))
            .Select(line => line.ToLowerInvariant()).Order(StringComparer.Ordinal));
        return socket;
    }

    public Task SendAsync(string text, int frame = TextFrame) => SendAsync(Encoding.UTF8.GetBytes(text), frame);

    /// <summary>Sends one frame; all but the last of a message say so.</summary>
    public async Task SendAsync(byte[] payload, int frame, bool isLast = true)
    {
        byte[] mask = [1, 2, 3, 4];
        var masked = payload.Select((b, i) => (byte)(b ^ mask[i % 4])).ToArray();
        byte[] length = payload.Length < 126
            ? [(byte)(0x80 | payload.Length)]
            : [0x80 | 127, .. Big(payload.Length)];
        var first = (byte)(frame | (isLast ? 0x80 : 0));
        await Stream.WriteAsync((byte[])[first, .. length, .. mask, .. masked], _limit.Token);

        static byte[] Big(long value)
        {
            var bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            return bytes;
        }
    }

    /// <summary>The next frame as its first byte and its payload; <c>end</c> when the connection has ended.</summary>
    public async Task<string> ReceiveAsync()
    {
        (int Head, long Length)? frame;
        while ((frame = FrameLength()) is null || _received.Length < frame.Value.Head + frame.Value.Length)
        {
            if (!await TryReceiveAsync())
            {
                return "end";
            }
        }

        var (head, length) = frame.Value;
        var text = $"{_received[0]:x2} {Encoding.Latin1.GetString(_received, head, (int)length)}";
        _received = _received[(head + (int)length)..];
        return text;
    }

    /// <summary>What follows the head of an answer that is no WebSocket's.</summary>
    public async Task<string> BodyAsync(int length)
    {
        while (_received.Length < length && await TryReceiveAsync())
        {
            // More is on its way.
        }

        return Encoding.Latin1.GetString(_received);
    }

    public void Dispose()
    {
        _client.Dispose();
        _limit.Dispose();
    }

    private (int Head, long Length)? FrameLength() => _received switch
    {
        [_, < 126 and var length, ..] => (2, length),
        [_, 126, var high, var low, ..] => (4, (high << 8) | low),
        [_, 127, ..] when _received.Length >= 10 => (10, BinaryPrimitives.ReadInt64BigEndian(_received.AsSpan(2))),
        _ => null,
    };

    private async Task<bool> TryReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var count = await Stream.ReadAsync(buffer, _limit.Token);
            _received = [.. _received, .. buffer.AsSpan(0, count)];
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
