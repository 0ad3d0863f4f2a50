namespace Netcd.Grpc.Server;

/// <summary>
/// What one client, connection or call may use. Defaults are etcd's, or bounds it leaves to Go's runtime.
/// </summary>
public sealed record GrpcLimits
{
    /// <summary>Longest request message, also after decompression: <c>--max-request-bytes</c> plus 512 KiB.</summary>
    public int ReceiveBytesMax { get; init; } = 1_572_864 + 524_288;

    /// <summary>Calls open at once on a connection: <c>--max-concurrent-streams</c>.</summary>
    public uint StreamsPerConnectionMax { get; init; } = uint.MaxValue;

    /// <summary>Bytes queued for a slow reader of one stream before <see cref="StreamOut.TryWrite"/> says no.</summary>
    public int StreamQueueBytesMax { get; init; } = 256 * 1024;

    /// <summary>
    /// Bytes a connection holds that the socket has not taken before it stops reading and pulling answers.
    /// </summary>
    public int ConnectionOutputBytesMax { get; init; } = 512 * 1024;

    /// <summary>Bytes of one request's header fields after decompression (grpc-go: 16 MiB; 64 KiB is ample).</summary>
    public int HeaderBytesMax { get; init; } = 64 * 1024;

    /// <summary>Connections that have not finished handshake or preface; beyond, the oldest is closed.</summary>
    public int HalfOpenConnectionsMax { get; init; } = 4096;

    /// <summary>How long a TLS handshake may take (etcd 3.6.14).</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may take to show which protocol it speaks and finish the HTTP/2 preface.</summary>
    public TimeSpan PrefaceTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long HTTP/1.1 request headers may take (etcd: 5 min).</summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Pings that come faster than this end the connection: <c>--grpc-keepalive-min-time</c>.</summary>
    public TimeSpan KeepAliveMinTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Our own pings on a quiet connection: <c>--grpc-keepalive-interval</c>; zero turns them off.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long a ping may stay unanswered: <c>--grpc-keepalive-timeout</c>.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
