using System.Buffers;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>What a connection and a stream cost in memory, and that requests allocate nothing once warm.</summary>
[Collection(AloneCollection.Name)]
public class FootprintTests
{
    [Fact]
    public void Repeated_requests_allocate_nothing() =>
        CheckAllocations(Join(HeadersRaw(3, IndexedBlock, EndHeaders), Data(3, 12, EndStream)));

    [Fact]
    public void Requests_that_change_the_header_table_allocate_nothing() =>
        CheckAllocations(Join(HeadersRaw(3, ChangingBlock, EndHeaders), Data(3, 12, EndStream)));

    [Fact]
    public void Idle_connection_takes_less_than_8_KiB()
    {
        const int Connections = 200;
        var output = new RingWriter();
        var handler = new EchoHandler();
        var settings = new Http2Settings();
        var opening = Join(Hello, HeadersRaw(1, IndexingBlock, EndHeaders), Data(1, 12, EndStream));
        new Http2Connection(settings, handler, output).Process(opening, 0);
        var connections = new Http2Connection[Connections];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Connections; i++)
        {
            connections[i] = new Http2Connection(settings, handler, output);
            connections[i].Process(opening, 0);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Connections;
        Assert.InRange(each, 1, 8 * 1024);
        Assert.All(connections, connection => Assert.False(connection.IsClosed));
    }

    [Fact]
    public void Idle_stream_takes_less_than_500_bytes()
    {
        const int Streams = 8192;
        var connection = new Http2Connection(new Http2Settings(), new EchoHandler(), new RingWriter());
        connection.Process(Join(Hello, HeadersRaw(1, IndexingBlock, EndHeaders)), 0);
        var request = HeadersRaw(3, IndexedBlock, EndHeaders);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Streams; i++)
        {
            SetStream(request, 0, 3 + (2 * i));
            connection.Process(request, 0);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Streams;
        Assert.Equal(Streams + 1, connection.OpenStreams);
        Assert.InRange(each, 1, 500);
    }

    /// <summary>A request whose fields enter the table, as grpc-go sends its first.</summary>
    private static byte[] IndexingBlock =>
    [
        0x83, 0x86, .. Literal(":path"u8, "/etcdserverpb.KV/Range"u8), .. Literal(":authority"u8, "127.0.0.1:2379"u8),
        .. Literal("content-type"u8, "application/grpc"u8), .. Literal("user-agent"u8, "grpc-go/1.79.0"u8),
        .. Literal("te"u8, "trailers"u8), .. Literal("grpc-accept-encoding"u8, "gzip"u8),
    ];

    /// <summary>The same request again.</summary>
    private static byte[] IndexedBlock => [0x83, 0x86, 0xc3, 0xc2, 0xc1, 0xc0, 0xbf, 0xbe];

    // A field that enters the table with each request and pushes others out in the end: fields are literal.
    private static byte[] ChangingBlock => [.. IndexingBlock, .. Literal("grpc-timeout"u8, "4999876u"u8)];

    private static void CheckAllocations(byte[] request)
    {
        var connection = new Http2Connection(new Http2Settings(), new EchoHandler(), new RingWriter());
        connection.Process(
            Join(Hello, WindowUpdate(0, 1 << 30), HeadersRaw(1, IndexingBlock, EndHeaders), Data(1, 12, EndStream)), 0);
        RunRequests(connection, request, 3, 2000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        RunRequests(connection, request, 10_003, 4000);

        // The runtime itself may allocate a little while it recompiles what is hot.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
        Assert.False(connection.IsClosed, connection.CloseReason);
        Assert.Equal(0, connection.OpenStreams);
    }

    private static void RunRequests(Http2Connection connection, byte[] request, int firstStreamId, int count)
    {
        var data = request.Length - 12 - 9;
        for (var i = 0; i < count; i++)
        {
            SetStream(request, 0, firstStreamId + (2 * i));
            SetStream(request, data, firstStreamId + (2 * i));
            connection.Process(request, 0);
            connection.MarkFlushed();
            connection.Pump(0);
        }
    }

    private static void SetStream(byte[] frames, int at, int streamId) =>
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frames.AsSpan(at + 5), streamId);

    private static byte[] Literal(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        [0x40, (byte)name.Length, .. name, (byte)value.Length, .. value];

    /// <summary>Answers complete requests with 53 bytes.</summary>
    private sealed class EchoHandler : IHttp2Handler
    {
        public object? ResolvePath(ReadOnlySpan<byte> path) => this;

        public void OnRequest(Http2Stream stream, Http2Headers headers, bool endStream)
        {
        }

        public int OnData(Http2Stream stream, ReadOnlySpan<byte> data, bool endStream)
        {
            if (endStream)
            {
                stream.Connection.BeginReply(stream, HeaderBlock.GrpcHead, 53, HeaderBlock.GrpcOk).Clear();
                stream.Connection.EndReply();
            }

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
    }

    /// <summary>An output that forgets.</summary>
    private sealed class RingWriter : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
