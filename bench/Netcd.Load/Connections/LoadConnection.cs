using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using Netcd.Http2;
using Netcd.Http2.Client;

namespace Netcd.Load.Connections;

/// <summary>
/// One HTTP/2 connection with many calls in flight. What a read brings is handled at once and all requests that follow
/// from it leave in one write: the client must not be what is measured. One thread at a time: the reader's loop, or
/// before it the starter.
/// </summary>
internal sealed class LoadConnection : IHttp2ClientHandler, IDisposable
{
    private const int ReadBytes = 256 * 1024;
    private const int PrefixBytes = 5;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private readonly Http2ClientConnection _http2;
    private readonly Dictionary<int, LoadCall> _calls = [];

    // Calls that wait for the server to widen the connection's window.
    private readonly Queue<(string Path, byte[] Message, LoadCall Call)> _waiting = new();
    private readonly Dictionary<string, (string Name, string Value)[]> _heads = new(StringComparer.Ordinal);
    private readonly string _authority;
    private readonly string _scheme;
    private byte[] _frame = new byte[4096];

    private LoadConnection(Stream stream, Uri endpoint)
    {
        _stream = stream;
        _authority = endpoint.Authority;
        _scheme = endpoint.Scheme;
        _http2 = new Http2ClientConnection(this, _output, windowBytes: 16 << 20);
    }

    /// <param name="options">Where to, and with which certificates.</param>
    /// <param name="number">Counts connections, which take the endpoints in turn.</param>
    public static async Task<LoadConnection> OpenAsync(LoadOptions options, int number = 0)
    {
        var endpoints = options.Endpoints;
        var endpoint = endpoints[number % endpoints.Length];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (endpoint.Scheme == "https")
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(ClientTls.Options(options));
                stream = tls;
            }

            return new LoadConnection(stream, endpoint);
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            socket.Dispose();
            throw new LoadException($"cannot connect to {endpoint}: {problem.Message}", problem);
        }
    }

    /// <summary>
    /// Queues a call; it leaves with the next <see cref="FlushAsync"/>, or when the server's window allows. The message
    /// must fit into a stream's initial window.
    /// </summary>
    public void Start(string path, byte[] message, LoadCall call, bool endStream = true)
    {
        if (PrefixBytes + message.Length > _http2.StreamSendWindow)
        {
            throw new LoadException($"a request of {message.Length} bytes does not fit into a stream's window");
        }

        if (endStream && (_waiting.Count > 0 || PrefixBytes + message.Length > _http2.SendWindow))
        {
            _waiting.Enqueue((path, message, call));
            return;
        }

        StartNow(path, message, call, endStream);
    }

    /// <summary>Queues a further message of an open call.</summary>
    public void Send(LoadCall call, ReadOnlySpan<byte> message) =>
        _http2.SendData(call.StreamId, Frame(message), endStream: false);

    public async Task FlushAsync()
    {
        if (_output.WrittenCount > 0)
        {
            await _stream.WriteAsync(_output.WrittenMemory);
            _output.ResetWrittenCount();
        }
    }

    /// <summary>Reads and handles answers until <paramref name="isDone"/> says so or the server goes away.</summary>
    public async Task RunAsync(Func<bool> isDone)
    {
        var buffer = new byte[ReadBytes];
        var filled = 0;
        await FlushAsync();
        while (!isDone())
        {
            var read = await _stream.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                throw new LoadException("the server closed the connection");
            }

            filled += read;
            var taken = _http2.Process(buffer.AsSpan(0, filled));
            if (taken < 0)
            {
                throw new LoadException("the server sent a malformed frame");
            }

            buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
            filled -= taken;
            while (_waiting.TryPeek(out var next) && PrefixBytes + next.Message.Length <= _http2.SendWindow)
            {
                _waiting.Dequeue();
                StartNow(next.Path, next.Message, next.Call, endStream: true);
            }

            await FlushAsync();
        }
    }

    public void OnHeaders(int streamId, Http2Headers headers, bool endStream)
    {
        if (!endStream || !_calls.Remove(streamId, out var call))
        {
            return;
        }

        headers.TryGetValue("grpc-status"u8, out var status);
        string? error = null;
        if (!status.SequenceEqual("0"u8))
        {
            headers.TryGetValue("grpc-message"u8, out var text);
            error = $"{System.Text.Encoding.UTF8.GetString(status)} {System.Text.Encoding.UTF8.GetString(text)}";
        }

        call.OnEnd(error);
    }

    public void OnData(int streamId, ReadOnlySpan<byte> data, bool endStream)
    {
        if (_calls.TryGetValue(streamId, out var call))
        {
            call.OnData(data);
        }
    }

    public void OnReset(int streamId, Http2ErrorCode code)
    {
        if (_calls.Remove(streamId, out var call))
        {
            call.OnEnd($"reset: {code}");
        }
    }

    public void OnGoAway(int lastStreamId, Http2ErrorCode code, ReadOnlySpan<byte> debugData) =>
        throw new LoadException($"the server said GOAWAY {code}");

    public void Dispose() => _stream.Dispose();

    private void StartNow(string path, byte[] message, LoadCall call, bool endStream)
    {
        if (!_heads.TryGetValue(path, out var head))
        {
            _heads[path] = head =
            [
                (":method", "POST"), (":scheme", _scheme), (":path", path), (":authority", _authority),
                ("content-type", "application/grpc"), ("user-agent", "netcd-load"), ("te", "trailers"),
            ];
        }

        call.StreamId = _http2.SendRequest(head, Frame(message), endStream);
        _calls.Add(call.StreamId, call);
    }

    private ReadOnlySpan<byte> Frame(ReadOnlySpan<byte> message)
    {
        var length = PrefixBytes + message.Length;
        if (_frame.Length < length)
        {
            _frame = new byte[length * 2];
        }

        _frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(_frame.AsSpan(1), message.Length);
        message.CopyTo(_frame.AsSpan(PrefixBytes));
        return _frame.AsSpan(0, length);
    }
}
