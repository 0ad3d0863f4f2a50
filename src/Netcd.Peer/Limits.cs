namespace Netcd.Peer;

/// <summary>Bounds on what other members may cost this one, with the reason for each.</summary>
internal static class Limits
{
    /// <summary>
    /// Longest raft message taken from a peer, unless requests may be longer. Raft packs a mebibyte of entries, or one
    /// entry of any size; the data of a snapshot message (members in v2 form) is a few kilobytes. etcd takes 512 MiB.
    /// </summary>
    public const int MessageBytesMin = 64 * 1024 * 1024;

    /// <summary>Messages waiting on one stream (etcd: streamBufSize); more are dropped, raft repeats them.</summary>
    public const int StreamMessagesMax = 4096;

    /// <summary>
    /// Bytes of messages waiting on one stream: a reader that stands still while raft fills its window of 512 appends
    /// must not hold half a gigabyte of entries that the log has let go of.
    /// </summary>
    public const int StreamBytesMax = 64 * 1024 * 1024;

    /// <summary>
    /// Encoded bytes between two flushes, so that the connection's buffer stays small; Kestrel holds the writer back
    /// when the socket has not taken what was flushed before.
    /// </summary>
    public const int StreamFlushBytes = 256 * 1024;

    /// <summary>
    /// A batch above this is encoded and sent by the thread pool, not on the raft loop or the log writer: the sending
    /// of a small one costs less than waking another thread, that of a large one would hold up the next.
    /// </summary>
    public const int InlineBatchBytes = 128 * 1024;

    /// <summary>Read at once from a peer's stream; longer messages make the buffer grow as they arrive.</summary>
    public const int ReadBufferBytes = 64 * 1024;

    /// <summary>Head of a peer's answer; etcd's are 200 bytes.</summary>
    public const int ResponseHeadBytesMax = 16 * 1024;

    /// <summary>Messages waiting for the pipeline of one peer (etcd: pipelineBufSize).</summary>
    public const int PipelineMessagesMax = 64;

    /// <summary>Requests of one pipeline under way (etcd: connPerPipeline).</summary>
    public const int PipelineConnections = 4;

    /// <summary>
    /// Members known by their requests only. Each costs a pipeline; a peer with a valid certificate could invent any
    /// number. Far above what a cluster that is joined at one moment has.
    /// </summary>
    public const int RemotesMax = 32;

    /// <summary>Piece in which a snapshot is read and sent: amortizes calls, and is little memory.</summary>
    public const int SnapshotPieceBytes = 256 * 1024;

    /// <summary>Piece in which a received one is written, by a thread of its own; two at a time.</summary>
    public const int ReceivedPieceBytes = 1024 * 1024;

    /// <summary>
    /// Snapshots received at once: one from the leader. A second one only delays the first on the same disk.
    /// </summary>
    public const int IncomingSnapshotsMax = 1;

    /// <summary>Snapshots sent at once to one peer; raft waits for the result before it makes another.</summary>
    public const int OutgoingSnapshotsPerPeer = 1;

    /// <summary>Body of /leases and /leases/internal (etcd: maxLeaseHTTPRequestSize).</summary>
    public const int LeaseRequestBytesMax = 64 * 1024;

    /// <summary>Body of /members/hashkv: a revision in JSON.</summary>
    public const int HashRequestBytesMax = 4 * 1024;

    /// <summary>Text of a peer's error that is looked at.</summary>
    public const int ErrorBytesMax = 4 * 1024;

    /// <summary>/members, /version and the like: a member costs a few hundred bytes.</summary>
    public const int AnswerBytesMax = 1024 * 1024;

    /// <summary>Answer of /leases/internal, with all keys of a lease (etcd: maxLeaseHTTPResponseSize).</summary>
    public const int LeaseAnswerBytesMax = 100 * 1024 * 1024;

    /// <summary>
    /// Dials that follow at once when a stream broke off: the port of a process that is dying may still take
    /// connections, only to reset them.
    /// </summary>
    public const int QuickRedialsMax = 8;

    /// <summary>Between those; all of them together are shorter than a tick.</summary>
    public static readonly TimeSpan QuickRedialInterval = TimeSpan.FromMilliseconds(4);

    /// <summary>
    /// A stream that lasted this long may be dialed again at once; one that breaks off sooner is paced.
    /// </summary>
    public static readonly TimeSpan QuickRedialRefill = TimeSpan.FromSeconds(1);

    /// <summary>At most one dial per stream in this time (etcd: rafthttp's rate limit).</summary>
    public static readonly TimeSpan RedialInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A stream that brings nothing for this long is given up (etcd: ConnReadTimeout).</summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A stream whose peer takes nothing for this long is given up (etcd: ConnWriteTimeout).</summary>
    public static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Every stream says something this often, so that its reader may tell silence from peace.</summary>
    public static readonly TimeSpan LinkHeartbeatInterval = ReadTimeout / 3;

    /// <summary>Beside the election timeout, how long connecting may take (etcd: Server.peerDialTimeout).</summary>
    public static readonly TimeSpan DialTimeoutBase = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the posting of one message may take. etcd has none; four requests that hang would end the pipeline.
    /// </summary>
    public static readonly TimeSpan PostTimeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long one piece of a snapshot may stand still, sending or receiving: it pins pages or a file.
    /// </summary>
    public static readonly TimeSpan SnapshotStallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the receiver may work on a snapshot that it has whole, syncing it to its disk above all.
    /// </summary>
    public static readonly TimeSpan SnapshotAnswerTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Between two probes of a peer (rafthttp's proberInterval).</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(4);

    /// <summary>A clock that differs by more is worth a warning (rafthttp's statusErrorInterval, prober).</summary>
    public static readonly TimeSpan ClockDifferenceMax = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Go's peers close a connection that rested for 5 s: ours must be gone before, or a request is lost.
    /// </summary>
    public static readonly TimeSpan IdleConnectionTimeout = TimeSpan.FromSeconds(3);
}
