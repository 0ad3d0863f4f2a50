using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>A revision of a key that a later one has superseded. Never changes once written.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct LogEntry
{
    /// <summary>Version of a tombstone.</summary>
    public const long Tombstone = -1;

    public long Main;
    public long CreateRevision;

    /// <summary>Version at this revision, or <see cref="Tombstone"/>.</summary>
    public long Version;

    /// <summary>Main revision of the change that superseded this one: compaction at it or later drops this.</summary>
    public long SupersededBy;

    /// <summary>Position of the same key's revision before; 0 if there is none.</summary>
    public long Older;

    /// <summary>
    /// Position of some earlier revision of the same key, chosen so that a search takes O(log n) steps.
    /// </summary>
    public long Jump;

    public int Sub;

    /// <summary>Count of the key's entries below this one, modulo 2^32.</summary>
    public uint Depth;

    public readonly bool IsTombstone => Version == Tombstone;
}
