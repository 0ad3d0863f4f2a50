namespace Netcd.Mvcc;

/// <summary>A request of a stream on its way to the notifier.</summary>
internal sealed record WatchCommand(WatchCommandKind Kind, WatchStream Stream)
{
    public long WatchId { get; init; }

    public byte[] Key { get; init; } = [];

    public byte[] RangeEnd { get; init; } = [];

    public long StartRevision { get; init; }

    public WatchFilters Filters { get; init; }

    public bool PrevKv { get; init; }

    public bool ProgressNotify { get; init; }

    public bool Fragment { get; init; }

    /// <summary>Of a refusal.</summary>
    public string Reason { get; init; } = string.Empty;
}
