namespace Netcd.Mvcc;

internal enum WatcherState
{
    /// <summary>Has all events up to the notified revision; gets new ones as they come.</summary>
    Synced,

    /// <summary>Behind: reads history when its stream has room.</summary>
    Unsynced,

    /// <summary>Told that its history is compacted; only its id is left, until the client cancels it.</summary>
    Compacted,

    /// <summary>Gone.</summary>
    Canceled,
}
