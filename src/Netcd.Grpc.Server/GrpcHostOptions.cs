using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Netcd.Grpc.Server;

/// <summary>What a <see cref="GrpcHost"/> serves, where and within which limits.</summary>
public sealed class GrpcHostOptions
{
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary>The gRPC methods; empty for a host without gRPC.</summary>
    public MethodTable Methods { get; init; } = new([]);

    /// <summary>
    /// Answers every request that is not gRPC, over HTTP/1.1 and HTTP/2 alike; runs on the thread pool. Null: gRPC
    /// only. The connection's <see cref="PeerIdentity"/> is in the request's features.
    /// </summary>
    public RequestDelegate? Web { get; init; }

    public GrpcLimits Limits { get; init; } = new();

    /// <summary>Gets refused connections and failed handlers; never request contents.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>
    /// Told of a broken invariant or of corruption that a handler let out; the daemon stops the process. The call is
    /// answered with <see cref="GrpcErrors.HandlerFailed"/> if it returns.
    /// </summary>
    public Action<Exception>? Fatal { get; init; }

    /// <summary>Is told of the calls of our own HTTP/2; null for nobody.</summary>
    public ICallObserver? Observer { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Serve HTTP/2 through Kestrel's own implementation instead of ours: the reference that tests compare ours with.
    /// </summary>
    public bool UseKestrelHttp2 { get; init; }
}
