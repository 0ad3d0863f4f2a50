using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// What a watcher asks for: the fields of a WatchCreateRequest. The spans are used only during the call.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct WatchRequest
{
    /// <summary>Empty stands for the key of one zero byte.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Empty: that key alone; one zero byte: every key from it on; else the exclusive end.</summary>
    public ReadOnlySpan<byte> RangeEnd { get; init; }

    /// <summary>First main revision wanted; 0 is the next one.</summary>
    public long StartRevision { get; init; }

    /// <summary>0: the hub picks the lowest free counter.</summary>
    public long WatchId { get; init; }

    public WatchFilters Filters { get; init; }

    public bool PrevKv { get; init; }

    public bool ProgressNotify { get; init; }

    public bool Fragment { get; init; }
}
