using System.Diagnostics;

namespace Netcd.Http2;

/// <summary>What a server connection offers and enforces. Immutable, shared by all connections of a listener.</summary>
public sealed record Http2Settings
{
    /// <summary>
    /// Streams a client may have open; advertised as given, but never more than <see cref="Limits.OpenStreamsMax"/> are
    /// taken.
    /// </summary>
    public uint ConcurrentStreamsMax { get; init; } = uint.MaxValue;

    /// <summary>
    /// Receive window of each stream; at least 65 535, which clients count on before they read our SETTINGS.
    /// </summary>
    public int StreamWindowBytes { get; init; } = 768 * 1024;

    /// <summary>Receive window of the connection; at least 65 535.</summary>
    public int ConnectionWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Longest header list of a request, counted as RFC 9113 section 6.5.2 does (32 bytes a field on top).
    /// </summary>
    public int HeaderListBytesMax { get; init; } = Limits.HeaderListBytesMax;

    /// <summary>Dynamic header table the client may use.</summary>
    public int HeaderTableBytes { get; init; } = 4096;

    /// <summary>
    /// Units of the timestamps passed in per second, as <see cref="TimeProvider.TimestampFrequency"/>.
    /// </summary>
    public long TimestampFrequency { get; init; } = Stopwatch.Frequency;

    /// <summary>A PING is sent after this time without a byte from the client; zero for never.</summary>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromHours(2);

    /// <summary>The connection is closed when that PING brings no byte within this time.</summary>
    public TimeSpan KeepaliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Shortest time between a client's PINGs; zero turns enforcement off.</summary>
    public TimeSpan KeepaliveMinTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether PINGs without an open stream follow <see cref="KeepaliveMinTime"/> too, instead of two hours.
    /// </summary>
    public bool KeepalivePermitWithoutStream { get; init; }

    /// <summary>Time from the first turn to the client's preface and SETTINGS; zero for any.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Bytes that may wait in the output before no more input is taken; bodies pause at half of it.</summary>
    public int OutputBytesMax { get; init; } = Limits.OutputBytesMax;

    /// <summary>
    /// Bytes of complete answers that may wait for window before <see cref="Http2Connection.IsSendQueueFull"/>.
    /// </summary>
    public int SendQueueBytesMax { get; init; } = Limits.SendQueueBytesMax;
}
