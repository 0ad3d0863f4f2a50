namespace Netcd.Client.Watch;

/// <summary>Where a watcher stands.</summary>
internal enum WatcherState
{
    /// <summary>Waits for its turn to be made, or made again, at the server.</summary>
    Queued,

    /// <summary>The server was asked and has not answered.</summary>
    Creating,

    /// <summary>The server sends its events.</summary>
    Active,

    /// <summary>Its reader is behind: not watched at the server until the reader has caught up.</summary>
    Parked,

    /// <summary>Over.</summary>
    Ended,
}
