using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Peer;

/// <summary>How a <see cref="PeerTransport"/> runs.</summary>
public sealed record PeerOptions
{
    /// <summary>TLS of connections to peers; null without a peer certificate.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>One election timeout: how much longer than a second connecting may take.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>--max-request-bytes</c>: longer requests make longer messages.</summary>
    public int RequestBytesMax { get; init; } = 1536 * 1024;

    /// <summary><c>--raft-read-timeout</c>: a stream that brings nothing for this long is given up.</summary>
    public TimeSpan ReadTimeout { get; init; } = Limits.ReadTimeout;

    /// <summary><c>--raft-write-timeout</c>: a stream whose peer takes nothing for this long is given up.</summary>
    public TimeSpan WriteTimeout { get; init; } = Limits.WriteTimeout;

    /// <summary>Where connections to peers come from; null leaves the choice to the system.</summary>
    public IPAddress? LocalAddress { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    internal TimeSpan DialTimeout => Limits.DialTimeoutBase + ElectionTimeout;

    internal int MessageBytesMax => (int)Math.Clamp(4L * RequestBytesMax, Limits.MessageBytesMin, int.MaxValue / 2);
}
