using Netcd.Base;

namespace Netcd.Offline.Dump;

/// <summary>What of a log is shown.</summary>
public sealed record WalDumpOptions
{
    /// <summary>A directory of segments, a data directory, or one segment.</summary>
    public required string Path { get; init; }

    /// <summary>Kinds of records by name (metadata, entry, state, crc, snapshot); empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>First entry shown; other records are left out then, unless their types are given.</summary>
    public LogIndex StartIndex { get; init; }

    /// <summary>Last entry shown.</summary>
    public LogIndex EndIndex { get; init; } = new(ulong.MaxValue);

    /// <summary>Only entries of this term; zero for all.</summary>
    public Term Term { get; init; }

    /// <summary>Only entries whose text has this in it; null for all.</summary>
    public string? Contains { get; init; }

    /// <summary>Long values whole.</summary>
    public bool IsFull { get; init; }

    /// <summary>One JSON object a line instead of text.</summary>
    public bool IsJson { get; init; }

    /// <summary>The kinds by their names.</summary>
    public static IReadOnlyList<string> TypeNames { get; } = ["metadata", "entry", "state", "crc", "snapshot"];
}
