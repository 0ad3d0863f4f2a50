namespace Netcd.Server.Compaction;

/// <summary>
/// Keeps a number of revisions; looks each five minutes. Source: server/etcdserver/api/v3compactor/revision.go.
/// </summary>
internal sealed class RevisionCompaction(long kept) : IAutoCompaction
{
    private long _lastCompacted;

    public TimeSpan Interval => TimeSpan.FromMinutes(5);

    public string Name => "revision";

    public KeyValuePair<string, object?> Retention => new("revision-compaction-retention", kept);

    public long? Due(long revision, TimeSpan now) =>
        revision - kept is > 0 and var due && due != _lastCompacted ? due : null;

    public void Done(long compacted, TimeSpan now) => _lastCompacted = compacted;

    public void Note(long revision)
    {
        // What is kept is counted from the present revision.
    }
}
