namespace Netcd.Offline.Snapshots;

/// <summary>
/// How a snapshot is made the start of a new cluster; the flags of <c>snapshot restore</c> by their names.
/// </summary>
public sealed record RestoreOptions
{
    public required string SnapshotPath { get; init; }

    public string Name { get; init; } = "default";

    /// <summary>Made if missing; may be there if it is empty.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Must not be there; null for the one below the data directory.</summary>
    public string? WalDirectory { get; init; }

    public string InitialCluster { get; init; } = "default=http://localhost:2380";

    public string InitialClusterToken { get; init; } = "etcd-cluster";

    public string InitialAdvertisePeerUrls { get; init; } = "http://localhost:2380";

    /// <summary>Takes files that have no hash at their end, and does not look at one that is there.</summary>
    public bool SkipHashCheck { get; init; }

    /// <summary>Only shown in the log: nothing here is sized by it.</summary>
    public ulong InitialMemoryMapSize { get; init; } = DefaultInitialMemoryMapSize;

    /// <summary>
    /// How far the newest revision is moved up, so that clients of the cluster that was never see it go back. It is
    /// marked as compacted then, so that watches and reads at revisions of the old cluster are refused; 0 leaves both.
    /// </summary>
    public ulong BumpRevision { get; init; }

    public const ulong DefaultInitialMemoryMapSize = 10UL << 30;
}
