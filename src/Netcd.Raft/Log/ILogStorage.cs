using Netcd.Base.Records;

namespace Netcd.Raft.Log;

/// <summary>
/// What the state machine reads of the durable log. Called on the raft loop only, and only between its inputs; what an
/// append wrote must be visible here before that append is reported completed.
/// </summary>
public interface ILogStorage
{
    /// <summary>Index of the first entry that can be read; one past the snapshot's when there is none.</summary>
    LogIndex FirstIndex { get; }

    /// <summary>Index of the last entry; one before <see cref="FirstIndex"/> when there is none.</summary>
    LogIndex LastIndex { get; }

    /// <summary>Term and vote to start from; empty on a first start.</summary>
    HardState InitialHardState { get; }

    /// <summary>Configuration at the index the log starts from; empty on a first start.</summary>
    ConfState InitialConfState { get; }

    /// <summary>
    /// Term of an entry in [<see cref="FirstIndex"/> - 1, <see cref="LastIndex"/>]: the one before the first is kept
    /// for matching. False outside of that.
    /// </summary>
    bool TryGetTerm(LogIndex index, out Term term);

    /// <summary>
    /// Entries from <paramref name="low"/> up to, without, <paramref name="high"/>, cut where their encoded sizes
    /// exceed <paramref name="sizeBytesMax"/>, but at least one. False if <paramref name="low"/> is compacted. The
    /// entries returned never change, also when the storage does.
    /// </summary>
    bool TryGetEntries(LogIndex low, LogIndex high, ulong sizeBytesMax, out ReadOnlyMemory<Entry> entries);

    /// <summary>The newest snapshot; false if none can be had just now, then the caller asks again later.</summary>
    bool TryGetSnapshot(out Snapshot snapshot);
}
