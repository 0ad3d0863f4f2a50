namespace Netcd.Bbolt;

/// <summary>
/// A sync or the write of a meta page has failed, so what the disk holds is unknown. The database accepts no more write
/// transactions; the process should stop, and a new one opens what the disk really has.
/// </summary>
public sealed class DatabaseFailedException(string path, Exception innerException)
    : IOException($"{path}: commit failed and the state on disk is unknown: {innerException.Message}", innerException);
