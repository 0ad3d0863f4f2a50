namespace Netcd.Wal;

/// <summary>Counts what a log does. Calls come from the appending thread and must not block.</summary>
public interface IWalObserver
{
    /// <summary>A sync of the segment or its directory returned.</summary>
    void Synced(TimeSpan duration);

    /// <summary>A write to the segment returned.</summary>
    void Wrote(int bytes, TimeSpan duration);
}
