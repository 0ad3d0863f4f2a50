namespace Netcd.Client;

/// <summary>A watch needs revisions that are compacted: what happened in between cannot be had any more.</summary>
/// <example>
/// <code>
/// catch (CompactedException problem)
/// {
///     // List again, then watch from the list's revision.
///     log.Write($"history before {problem.CompactRevision} is gone");
/// }
/// </code>
/// </example>
public sealed class CompactedException(long compactRevision)
    : EtcdException(StatusCode.OutOfRange, EtcdErrors.Compacted)
{
    /// <summary>The oldest revision that can still be watched.</summary>
    public long CompactRevision { get; } = compactRevision;

    /// <summary>The server's last answer of the watch.</summary>
    public WatchResponse? WatchEnd { get; internal init; }
}
