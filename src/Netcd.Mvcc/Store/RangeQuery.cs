using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// What to read: the fields of a RangeRequest that the store acts on. The spans are used only during the call.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct RangeQuery
{
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Empty: that key alone; one zero byte: every key from it on; else the exclusive end.</summary>
    public ReadOnlySpan<byte> RangeEnd { get; init; }

    /// <summary>Main revision to read at; zero or less is the current one.</summary>
    public long Revision { get; init; }

    /// <summary>Most keys to return; zero or less is no limit.</summary>
    public long Limit { get; init; }

    public RangeSortOrder SortOrder { get; init; }

    public RangeSortTarget SortTarget { get; init; }

    public bool CountOnly { get; init; }

    public bool KeysOnly { get; init; }

    /// <summary>Inclusive bound; zero is none. So for the three below.</summary>
    public long MinModRevision { get; init; }

    public long MaxModRevision { get; init; }

    public long MinCreateRevision { get; init; }

    public long MaxCreateRevision { get; init; }

    /// <summary>Whether any revision bound is set.</summary>
    public bool HasFilters =>
        (MinModRevision | MaxModRevision | MinCreateRevision | MaxCreateRevision) != 0;

    /// <summary>Whether records that fail a bound are left out.</summary>
    internal bool Admits(long createRevision, long modRevision) =>
        (MaxModRevision == 0 || modRevision <= MaxModRevision)
        && (MinModRevision == 0 || modRevision >= MinModRevision)
        && (MaxCreateRevision == 0 || createRevision <= MaxCreateRevision)
        && (MinCreateRevision == 0 || createRevision >= MinCreateRevision);
}
