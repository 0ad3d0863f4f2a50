using System.Buffers.Binary;
using System.Net.Sockets;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>A client that sends exactly the frames it is told to, over plaintext.</summary>
public sealed class RawHttp2 : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;

    private const byte EndStream = 1;
    private const byte Ack = 1;
    private const byte EndHeaders = 4;

    private readonly TcpClient _socket;
    private readonly NetworkStream _stream;

    private RawHttp2(TcpClient socket)
    {
        _socket = socket;
        _stream = socket.GetStream();
    }

    /// <summary>Connects without sending anything.</summary>
    public static async Task<RawHttp2> ConnectAsync(TestServer server)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", server.Port);
        return new RawHttp2(socket);
    }

    /// <summary>Connects, sends preface and settings and acknowledges the server's.</summary>
    public static async Task<RawHttp2> OpenAsync(TestServer server, params (ushort Id, uint Value)[] settings)
    {
        var client = await ConnectAsync(server);
        await client.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        var payload = new byte[settings.Length * 6];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(i * 6), settings[i].Id);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((i * 6) + 2), settings[i].Value);
        }

        await client.WriteFrameAsync(Settings, 0, 0, payload);
        await client.WriteFrameAsync(Settings, Ack, 0, []);
        return client;
    }

    public Task WriteAsync(byte[] bytes) => _stream.WriteAsync(bytes, TestTimeout.Token()).AsTask();

    public Task WriteFrameAsync(byte type, byte flags, int streamId, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, 9);
        return WriteAsync(frame);
    }

    /// <summary>Begins a gRPC call.</summary>
    public Task WriteHeadersAsync(int streamId, string path, bool ends = false)
    {
        var block = HeaderBlock.Encode(
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"));
        var flags = (byte)(EndHeaders | (ends ? EndStream : 0));
        return WriteFrameAsync(Headers, flags, streamId, block.Bytes.ToArray());
    }

    public Task WriteMessageAsync(int streamId, byte[] message, bool ends) =>
        WriteFrameAsync(Data, ends ? EndStream : (byte)0, streamId, GrpcCaller.Frame(message));

    public async Task CallAsync(int streamId, string method, byte[] message)
    {
        await WriteHeadersAsync(streamId, $"/{TestMethods.Service}/{method}");
        await WriteMessageAsync(streamId, message, ends: true);
    }

    public Task OpenWindowAsync(int streamId, int increment)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, increment);
        return WriteFrameAsync(WindowUpdate, 0, streamId, payload);
    }

    public Task AcknowledgeAsync(RawFrame ping) => WriteFrameAsync(Ping, Ack, 0, ping.Payload);

    /// <summary>The next frame, null when the server closed the connection.</summary>
    public async Task<RawFrame?> ReadAsync()
    {
        var header = new byte[9];
        try
        {
            if (await _stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, TestTimeout.Token()) < 9)
            {
                return null;
            }

            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await _stream.ReadExactlyAsync(payload, TestTimeout.Token());
            return new RawFrame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads on to the next frame of a type; the ones before are dropped.</summary>
    public async Task<RawFrame> ReadUntilAsync(byte type)
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Type == type)
            {
                return frame;
            }
        }

        throw new IOException($"closed before a frame of type {type}");
    }

    /// <summary>Frames of a stream until its end, DATA of others credited and dropped.</summary>
    public async Task<List<RawFrame>> ReadStreamAsync(int streamId)
    {
        var frames = new List<RawFrame>();
        while (await ReadAsync() is { } frame)
        {
            if (frame.StreamId == streamId)
            {
                frames.Add(frame);
                if (frame.Type == Reset || (frame.Type is Headers or Data && frame.IsLast))
                {
                    break;
                }
            }
        }

        return frames;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }
}
