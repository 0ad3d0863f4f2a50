using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>A revision that compaction has dropped from the index, so that its record can be deleted.</summary>
public readonly record struct RemovedRevision(Revision Revision, bool IsTombstone) : IComparable<RemovedRevision>
{
    public int CompareTo(RemovedRevision other) => Revision.CompareTo(other.Revision);
}
