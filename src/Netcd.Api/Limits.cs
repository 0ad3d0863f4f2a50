namespace Netcd.Api;

/// <summary>Bounds of what the API takes and keeps, each with its reason.</summary>
internal static class Limits
{
    /// <summary>
    /// Levels of transactions inside transactions. The default of 128 operations allows 128 levels; beyond 256 the
    /// recursion of validation and apply would come near the end of a pool thread's stack.
    /// </summary>
    public const int TxnDepthMax = 256;

    /// <summary>
    /// Bytes of one snapshot chunk: server/etcdserver/api/v3rpc/maintenance.go, snapshotSendBufferSize.
    /// </summary>
    public const int SnapshotChunkBytes = 32 * 1024;

    /// <summary>
    /// Keep-alives of one stream that wait for an answer; a client that sends more without reading is dropped.
    /// </summary>
    public const int KeepAlivesPending = 16 * 1024;

    /// <summary>
    /// Requests of one watch stream that wait, and answers to them that the client does not read; a client that sends
    /// more is dropped. Some 10 MB; nobody waits who makes that many watchers at once and reads.
    /// </summary>
    public const int WatchRequestsPending = 64 * 1024;

    /// <summary>
    /// Bytes of JSON that are read for each byte that a message may have. Base64 takes 4 for 3, a character as an
    /// escape 6, and a short operation in a transaction about 5; beyond this a body is mostly spaces or fields that
    /// are not known.
    /// </summary>
    public const int JsonBytesPerMessageByte = 8;

    /// <summary>
    /// Bytes of bodies longer than 64 KiB that the gateway reads at once. With the default of 2 MiB for a message and
    /// 8 bytes of JSON for each of its bytes that is the room for four of the longest; a client beyond waits.
    /// </summary>
    public const long LongBodiesBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes a second that a long body must bring while others wait: one of the longest is through in a minute then.
    /// </summary>
    public const int LongBodyBytesPerSecond = 256 * 1024;

    /// <summary>Long bodies that wait, with 64 KiB and a little more each; beyond that they are refused.</summary>
    public const int LongBodiesWaiting = 1024;

    /// <summary>Passwords that wait to be hashed: about a minute's work. Beyond that logins are refused.</summary>
    public const int PasswordsPending = 1024;

    /// <summary>Logins remembered in each of two generations; 32 bytes and a few pointers each.</summary>
    public const int LoginsRemembered = 4096;

    /// <summary>How often a login is tried again when users or roles changed meanwhile.</summary>
    public const int LoginAttempts = 8;

    /// <summary>Calls, and bytes of their requests, that wait until their token can be judged.</summary>
    public const int TokenWaitsMax = 10_000;

    /// <inheritdoc cref="TokenWaitsMax"/>
    public const long TokenWaitBytesMax = 64L * 1024 * 1024;

    /// <summary>How long they wait: as long as a request may take.</summary>
    public static readonly TimeSpan TokenWaitLimit = TimeSpan.FromSeconds(7);

    /// <summary>How often is looked whether they need wait any more.</summary>
    public static readonly TimeSpan TokenWaitRound = TimeSpan.FromMilliseconds(5);
}
