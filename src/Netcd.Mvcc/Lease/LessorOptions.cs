namespace Netcd.Mvcc;

/// <summary>Settings of a <see cref="Lessor"/>; the defaults are etcd's.</summary>
public sealed record LessorOptions
{
    /// <summary>TTLs below are raised to this: 1.5 election timeouts in seconds, rounded up.</summary>
    public long MinTtlSeconds { get; init; } = 2;

    /// <summary>Whether remaining TTLs are checkpointed (feature LeaseCheckpoint).</summary>
    public bool CheckpointsEnabled { get; init; }

    /// <summary>Whether checkpoints are written to the store (cluster version 3.6, or the persist flag).</summary>
    public bool CheckpointsPersisted { get; init; }

    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>An expired lease is handed out again after this long if its revocation was not applied.</summary>
    public TimeSpan ExpiredRetryInterval { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Revocations a second that promotion spreads leases for.</summary>
    public int RevokeRatePerSecond { get; init; } = 1000;
}
