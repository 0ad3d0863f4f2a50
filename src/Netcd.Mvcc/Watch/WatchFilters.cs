namespace Netcd.Mvcc;

/// <summary>Kinds of events that a watcher does not want.</summary>
[Flags]
public enum WatchFilters
{
    None = 0,
    NoPut = 1,
    NoDelete = 2,
}
