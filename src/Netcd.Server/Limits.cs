namespace Netcd.Server;

/// <summary>What bounds a member; the values are etcd's unless the comment says otherwise.</summary>
internal static class Limits
{
    /// <summary>Committed entries that may wait to be applied before requests are refused.</summary>
    internal const ulong UnappliedEntriesMax = 5_000;

    /// <summary>Reads seen waiting at once from which on a round waits for more of them: fewer gain nothing.</summary>
    internal const int ReadersGatheredMin = 48;

    /// <summary>How long it waits for them: the shortest time that a thread can sleep.</summary>
    internal const int ReadGatheringMilliseconds = 1;

    /// <summary>
    /// How often: other work ends a sleep too, on a leader the second follower's answer to the round before.
    /// </summary>
    internal const int ReadGatheringRests = 3;

    /// <summary>
    /// Proposals waiting for their result. etcd has no such limit; 100 000 of the smallest take some 40 MB here.
    /// </summary>
    internal const int PendingRequestsMax = 100_000;

    /// <summary>
    /// Bytes of those proposals: they are in memory until they are applied. A second's work of the disk or more.
    /// </summary>
    internal const long PendingBytesMax = 256L * 1024 * 1024;

    /// <summary>Entries between two raft snapshots in memory.</summary>
    internal const ulong MemorySnapshotEntries = 100;

    /// <summary>
    /// Revocations of expired leases that are on their way at a time; looked at each tick. etcd revokes a thousand a
    /// second; this many are a few milliseconds' work, so that what clients ask meanwhile hardly waits.
    /// </summary>
    internal const int RevocationsPendingMax = 1_500;

    /// <summary>
    /// Ticks between rounds of timeouts, of asking again for read indexes, and of writing a commit index that moved
    /// alone: 500 ms at the usual tick.
    /// </summary>
    internal const ulong UpkeepRoundTicks = 5;

    /// <summary>Ticks between looks at cluster and storage version: 4 s at the usual tick.</summary>
    internal const ulong VersionRoundTicks = 40;

    /// <summary>Ticks between purges: 30 s at the usual tick.</summary>
    internal const ulong PurgeRoundTicks = 300;

    /// <summary>Messages of other members that wait for the raft loop; etcd's queue of a stream reader.</summary>
    internal const int PeerMessagesMax = 4096;

    /// <summary>Bytes of their entries: 64 full appends.</summary>
    internal const long PeerMessageBytesMax = 64L * 1024 * 1024;

    /// <summary>Proposals forwarded by other members that wait for the raft loop or for a leader.</summary>
    internal const int PeerProposalsMax = 4096;

    /// <summary>Bytes of those proposals.</summary>
    internal const long PeerProposalBytesMax = 64L * 1024 * 1024;

    /// <summary>Followers that wait for a snapshot; etcd's maxInFlightMsgSnap.</summary>
    internal const int SnapshotRequestsMax = 16;

    /// <summary>Snapshots being received at a time: one is in use, and leaders change.</summary>
    internal const int IncomingSnapshotsMax = 4;

    /// <summary>
    /// How many times the usual bytes of log may stay in memory for followers that are being sent a snapshot. Beyond
    /// that they get another one after it.
    /// </summary>
    internal const int PinnedLogFactor = 4;

    /// <summary>
    /// How long the log after a snapshot is kept once it was delivered: the follower has yet to install it. Source:
    /// releaseDelayAfterSnapshot of etcd's server.go.
    /// </summary>
    internal static readonly TimeSpan SnapshotReleaseDelay = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes of proposals that a follower forwards in one message; etcd bounds an append so. One proposal always fits.
    /// </summary>
    internal const int ForwardedBytesMax = 1024 * 1024;

    /// <summary>How long after its start a member looks whether the others are connected.</summary>
    internal static readonly TimeSpan TickAdvanceWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Simple tokens in force: some 50 MiB. etcd has no bound, but no more logins than bcrypt allows: a few ten
    /// thousand in the five minutes that a token lives unused.
    /// </summary>
    internal const int SimpleTokensMax = 256 * 1024;

    internal static readonly TimeSpan RequestTimeoutBase = TimeSpan.FromSeconds(5);
}
