using System.Buffers;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The store's past, as watchers read it. Any thread, beside the applier, with no lock held between calls.
/// </summary>
public interface IWatchHistory
{
    /// <summary>Main revision up to which every reader of the store sees the changes.</summary>
    long CurrentRevision { get; }

    /// <summary>Main revision below which history is gone (etcd's compactMainRev, -1 at first).</summary>
    long CompactRevision { get; }

    /// <summary>
    /// Visits the records of bucket <c>key</c> from <paramref name="from"/> on whose main revision is at most
    /// <paramref name="toMain"/>, ascending, until the visitor returns false.
    /// </summary>
    void ReadRevisions(Revision from, long toMain, IRevisionVisitor visitor);

    /// <summary>
    /// Appends the stored KeyValue of a key as of a main revision. False, and nothing appended, if the key was not live
    /// then or the revision is compacted.
    /// </summary>
    bool TryReadAt(ReadOnlySpan<byte> key, long atRevision, IBufferWriter<byte> destination);
}
