namespace Netcd.Http2;

/// <summary>
/// Bounds of one connection, each with its reason. A client that passes one is told ENHANCE_YOUR_CALM unless noted.
/// </summary>
public static class Limits
{
    /// <summary>
    /// Longest header list. A gRPC request has under 1 KiB; tokens of 16 KiB exist. Longer lists reset the stream with
    /// FRAME_SIZE_ERROR as grpc-go does.
    /// </summary>
    public const int HeaderListBytesMax = 64 * 1024;

    /// <summary>
    /// Frames of one header block (CVE-2024-27316, CVE-2023-45288): a 64 KiB list needs four full frames; encoders that
    /// send smaller ones exist, senders of empty ones are attackers.
    /// </summary>
    public const int ContinuationFramesMax = 32;

    /// <summary>
    /// Open streams whatever is advertised, since etcd's default advertises no limit: ten times what one client was
    /// seen to hold, and under 100 MB with a call object each. Refused with REFUSED_STREAM beyond.
    /// </summary>
    public const int OpenStreamsMax = 100_000;

    /// <summary>
    /// Streams a client may reset unanswered in a burst (CVE-2023-44487): a client that gives up on all calls of an
    /// outage at once must survive it.
    /// </summary>
    public const int ResetsBurst = 10_000;

    /// <summary>Unanswered resets forgiven each second; every finished stream forgives one more.</summary>
    public const int ResetsPerSecond = 1_000;

    /// <summary>
    /// Streams we had to reset because their client broke a rule of the stream (MadeYouReset, CVE-2025-8671): a correct
    /// client causes none but for races.
    /// </summary>
    public const int StreamErrorsBurst = 100;

    /// <summary>Stream errors forgiven each second.</summary>
    public const int StreamErrorsPerSecond = 10;

    /// <summary>
    /// Frames that cost us work and carry nothing (PING, SETTINGS, empty DATA, WINDOW_UPDATE, PRIORITY, unknown) in a
    /// burst beyond what useful frames pay for.
    /// </summary>
    public const int NuisanceBurst = 10_000;

    /// <summary>Nuisance frames forgiven each second.</summary>
    public const int NuisancePerSecond = 1_000;

    /// <summary>
    /// Nuisance frames paid for by each useful frame either way. A client may answer each DATA frame with two
    /// WINDOW_UPDATEs and a PING (grpc-go's bandwidth estimate), and a request with as many.
    /// </summary>
    public const int NuisancePerUsefulFrame = 4;

    /// <summary>
    /// Nuisance frames that useful ones may have paid for in advance: a client that falls behind a fast watch stream
    /// answers a hundred thousand DATA frames with its WINDOW_UPDATEs when it catches up.
    /// </summary>
    public const int NuisanceCreditMax = 1_000_000;

    /// <summary>What a SETTINGS frame costs of the nuisance budget: it may walk all open streams.</summary>
    public const int NuisancePerSettings = 20;

    /// <summary>PINGs against the keepalive policy before the connection is closed; grpc-go's figure.</summary>
    public const int PingStrikesMax = 2;

    /// <summary>
    /// Output waiting for the socket: two of Kestrel's write buffers; more only delays small answers.
    /// </summary>
    public const int OutputBytesMax = 128 * 1024;

    /// <summary>
    /// Answers waiting for window: as much as a client may send us; the handler holds back calls beyond.
    /// </summary>
    public const int SendQueueBytesMax = 1024 * 1024;

    /// <summary>
    /// With this many times the send queue's limit waiting, new streams are refused (REFUSED_STREAM), whatever the
    /// handler does.
    /// </summary>
    public const int SendQueueRefuseFactor = 16;

    /// <summary>
    /// Largest frame we send: small enough that a frame of each stream in turn delays nobody for long.
    /// </summary>
    public const int FrameBytesMax = 16 * 1024;

    /// <summary>
    /// Most body bytes in a frame of a long answer: with the frame's header they fill a power of two, which is what
    /// buffers are made of.
    /// </summary>
    public const int BodyFrameBytesMax = FrameBytesMax - Frames.FrameHeader.SizeBytes;

    /// <summary>Streams remembered after their end, so that late frames are told from wrong ones: at least.</summary>
    public const int ClosedStreamsRemembered = 64;

    /// <summary>
    /// As many as that on connections that had as many open: 32 KiB. A power of two times the least, as is the least.
    /// </summary>
    public const int ClosedStreamsRememberedMax = 4096;

    /// <summary>Stream objects kept for reuse by a connection.</summary>
    public const int PooledStreamsMax = 256;

    /// <summary>
    /// Time for which a draining connection waits for the answer to its PING before the second GOAWAY; grpc-go's
    /// figure.
    /// </summary>
    public static readonly TimeSpan DrainPingTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Shortest time between PINGs of a client without streams; grpc-go's figure.</summary>
    public static readonly TimeSpan IdlePingMinTime = TimeSpan.FromHours(2);
}
