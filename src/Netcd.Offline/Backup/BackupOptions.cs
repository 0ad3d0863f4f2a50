namespace Netcd.Offline.Backup;

/// <summary>The flags of <c>backup</c> by their names.</summary>
public sealed record BackupOptions
{
    public required string DataDirectory { get; init; }

    /// <summary>Null for the one below the data directory.</summary>
    public string? WalDirectory { get; init; }

    public required string BackupDirectory { get; init; }

    /// <summary>Null for the one below the backup directory.</summary>
    public string? BackupWalDirectory { get; init; }

    /// <summary>Whether the database comes along, and requests of version 3 stay in the log.</summary>
    public bool WithV3 { get; init; } = true;
}
