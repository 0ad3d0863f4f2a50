using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The contents of a store: one backend with its index and counters. Replaced as a whole when a snapshot arrives, so
/// that readers of the old contents finish undisturbed.
/// </summary>
internal sealed class StoreState(Backend backend)
{
    // Main revision of the last finished write transaction; 1 before the first. Writer writes, anybody reads.
    private long _currentRevision = 1;

    // Main revision of the last accepted compaction, -1 before the first. Raised before anything is removed, so a
    // reader that finds it at most its own revision after it used the index has missed nothing.
    private long _compactRevision = -1;

    public Backend Backend { get; } = backend;

    public KeyIndex Index { get; } = new();

    /// <summary>Held while a slice of compaction runs, and by who must not see one: the hash of the store.</summary>
    public Lock CompactionGate { get; } = new();

    public long CurrentRevision
    {
        get => Volatile.Read(ref _currentRevision);
        set
        {
            Invariant.Check(value >= _currentRevision, $"revision {_currentRevision} goes back to {value}");
            Volatile.Write(ref _currentRevision, value);
        }
    }

    public long CompactRevision
    {
        get => Volatile.Read(ref _compactRevision);
        set
        {
            Invariant.Check(value > _compactRevision, $"compact revision {_compactRevision} goes back to {value}");
            Volatile.Write(ref _compactRevision, value);
        }
    }
}
