using System.Buffers;
using System.Buffers.Binary;
using Netcd.Http2;

namespace Netcd.Benchmarks.Http2;

/// <summary>
/// A server connection in front of a handler that answers 53 bytes, fed with batches of requests of 12 bytes as grpc-go
/// sends them: the header fields were seen before and stand in the header table.
/// </summary>
public sealed class UnaryServer : IHttp2Handler
{
    private const int RequestBytes = 12;
    private const int AnswerBytes = 53;

    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private readonly byte[] _batch;
    private readonly int _requests;
    private Http2Connection _connection;
    private int _nextStreamId;

    /// <param name="requests">Requests in a batch.</param>
    /// <param name="changesTimeout">Each carries a grpc-timeout not seen before, which enters the header table.</param>
    public UnaryServer(int requests, bool changesTimeout)
    {
        byte[] indexed = [0x83, 0x86, 0xc3, 0xc2, 0xc1, 0xc0, 0xbf, 0xbe];
        byte[] literal = [.. IndexingBlock, .. Literal("grpc-timeout"u8, "4999876u"u8)];
        byte[] request = [.. Frame(1, 4, changesTimeout ? literal : indexed), .. Frame(0, 1, new byte[RequestBytes])];
        _requests = requests;
        _batch = [.. Enumerable.Repeat(request, requests).SelectMany(bytes => bytes)];
        _connection = Connect();
    }

    private static byte[] IndexingBlock =>
    [
        0x83, 0x86, .. Literal(":path"u8, "/etcdserverpb.KV/Range"u8), .. Literal(":authority"u8, "127.0.0.1:2379"u8),
        .. Literal("content-type"u8, "application/grpc"u8), .. Literal("user-agent"u8, "grpc-go/1.79.0"u8),
        .. Literal("te"u8, "trailers"u8), .. Literal("grpc-accept-encoding"u8, "gzip"u8),
    ];

    /// <summary>One batch; returns the bytes answered.</summary>
    public int Run()
    {
        if (_nextStreamId > 1 << 30)
        {
            _connection = Connect();
        }

        for (var at = 0; at < _batch.Length;)
        {
            // HEADERS, then DATA of the same stream.
            at = SetStream(at, _nextStreamId);
            at = SetStream(at, _nextStreamId);
            _nextStreamId += 2;
        }

        // The client gives the window back with each batch.
        Span<byte> window = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(window[9..], _requests * AnswerBytes);
        _connection.Process(window, 0);
        var taken = _connection.Process(_batch, 0);
        if (taken != _batch.Length || _connection.IsClosed)
        {
            throw new InvalidOperationException(_connection.CloseReason);
        }

        var answered = _output.WrittenCount;
        _output.ResetWrittenCount();
        _connection.MarkFlushed();
        _connection.Pump(0);
        return answered;
    }

    public object? ResolvePath(ReadOnlySpan<byte> path) => this;

    public void OnRequest(Http2Stream stream, Http2Headers headers, bool endStream)
    {
    }

    public int OnData(Http2Stream stream, ReadOnlySpan<byte> data, bool endStream)
    {
        stream.Connection.BeginReply(stream, HeaderBlock.GrpcHead, AnswerBytes, HeaderBlock.GrpcOk).Fill(1);
        stream.Connection.EndReply();
        return data.Length;
    }

    public void OnTrailers(Http2Stream stream, Http2Headers trailers)
    {
    }

    public void OnClosed(Http2Stream stream, StreamEnd end, Http2ErrorCode code)
    {
    }

    public void OnSendQueueDrained()
    {
    }

    private Http2Connection Connect()
    {
        var connection = new Http2Connection(new Http2Settings { OutputBytesMax = 1 << 20 }, this, _output);
        byte[] opening =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, []), .. Frame(4, 1, []),
            .. Frame(8, 0, [0x40, 0, 0, 0]), .. Frame(1, 4, IndexingBlock), .. Frame(0, 1, new byte[RequestBytes]),
        ];
        connection.Process(opening, 0);
        _output.ResetWrittenCount();
        connection.MarkFlushed();
        connection.Pump(0);
        _nextStreamId = 3;
        return connection;
    }

    private int SetStream(int at, int streamId)
    {
        BinaryPrimitives.WriteInt32BigEndian(_batch.AsSpan(at + 5), streamId);
        return at + 9 + BinaryPrimitives.ReadUInt16BigEndian(_batch.AsSpan(at + 1));
    }

    // Frames of the connection have stream 0, others 1.
    private static byte[] Frame(byte type, byte flags, byte[] payload) =>
    [
        0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags,
        0, 0, 0, (byte)(type <= 1 ? 1 : 0), .. payload,
    ];

    private static byte[] Literal(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        [0x40, (byte)name.Length, .. name, (byte)value.Length, .. value];
}
