namespace Netcd.Mvcc;

/// <summary>
/// All watchers of one key or range. What a revision or a piece of history holds for it is found and encoded once for
/// all of them.
/// </summary>
/// <param name="key">First key.</param>
/// <param name="end">Exclusive end; empty for a single key; null without bound.</param>
internal sealed class WatchGroup(byte[] key, byte[]? end)
{
    public byte[] Key { get; } = key;

    public byte[]? End { get; } = end;

    public bool IsSingle => End is { Length: 0 };

    public WatcherList Synced { get; } = new();

    public WatcherList Unsynced { get; } = new();

    /// <summary>Indices of this group's events in the set at hand.</summary>
    public List<int> Events { get; } = [];

    /// <summary>Number of the last catch-up that a watcher of the group takes part in.</summary>
    public long Cohort { get; set; }

    /// <summary>Links and weight in the <see cref="WatchRangeTree"/>.</summary>
    public WatchGroup? Left { get; set; }

    /// <inheritdoc cref="Left"/>
    public WatchGroup? Right { get; set; }

    /// <inheritdoc cref="Left"/>
    public ulong Priority { get; set; }

    /// <summary>Highest end in the subtree; null without bound.</summary>
    public byte[]? MaxEnd { get; set; }
}
