namespace Netcd.Mvcc;

/// <summary>The parts of a <see cref="KeyIndex"/> that are replaced together when it is cleared.</summary>
internal sealed class KeyHistory
{
    public KeyTree Tree { get; } = new(new CountChanges());

    public RevisionLog Log { get; } = new();

    public TombstoneQueue Tombstones { get; } = new();

    /// <summary>What a key whose newest state is given was at a main revision; false if it was not live.</summary>
    public bool TryResolve(in KeyState newest, long atRevision, out IndexEntry entry)
    {
        if (newest.Main <= atRevision)
        {
            entry = newest.IsTombstone ? default : newest.Entry;
            return !newest.IsTombstone;
        }

        if (Log.TryFind(newest.Older, atRevision, out var older) && !older.IsTombstone)
        {
            entry = new IndexEntry(new Base.Revision(older.Main, older.Sub), older.CreateRevision, older.Version);
            return true;
        }

        entry = default;
        return false;
    }
}
