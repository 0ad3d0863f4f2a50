namespace Netcd.Offline.Dump;

/// <summary>What of a database is shown.</summary>
public sealed record DatabaseDumpOptions
{
    /// <summary>A database file or a data directory.</summary>
    public required string Path { get; init; }

    /// <summary>Buckets by name; empty for all.</summary>
    public IReadOnlyList<string> Buckets { get; init; } = [];

    /// <summary>Of bucket <c>key</c> only this user key; null for all.</summary>
    public string? Key { get; init; }

    /// <summary>Of bucket <c>key</c> only user keys with this prefix; null for all.</summary>
    public string? Prefix { get; init; }

    /// <summary>First main revision shown.</summary>
    public long StartRevision { get; init; }

    /// <summary>Last main revision shown.</summary>
    public long EndRevision { get; init; } = long.MaxValue;

    /// <summary>Records shown of each bucket; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>Without values.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Long values whole.</summary>
    public bool IsFull { get; init; }

    /// <summary>One JSON object a line instead of text.</summary>
    public bool IsJson { get; init; }
}
