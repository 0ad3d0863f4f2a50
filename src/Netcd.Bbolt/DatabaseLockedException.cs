namespace Netcd.Bbolt;

/// <summary>
/// Another process holds the flock of the file; the caller decides whether and how long to try again.
/// </summary>
public sealed class DatabaseLockedException(string path)
    : IOException($"{path}: the file is locked by another process");
