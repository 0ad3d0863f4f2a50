using Netcd.Raft;

namespace Netcd.Server.Compaction;

/// <summary>Compacts on its own while this member leads. Upstream: server/etcdserver/api/v3compactor.</summary>
/// <param name="kind">When, and up to where.</param>
/// <param name="revision">The store's current revision.</param>
/// <param name="isPaused">Whether another member leads, whose turn it then is.</param>
/// <param name="compact">Compacts at a revision, through Raft.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Takes log lines.</param>
internal sealed class AutoCompactor(
    IAutoCompaction kind,
    Func<long> revision,
    Func<bool> isPaused,
    Func<long, Task<Refusal>> compact,
    TimeProvider time,
    IMemberLog? log)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Interval => kind.Interval;

    private TimeSpan Now => time.GetElapsedTime(_start);

    public static IAutoCompaction? Kind(AutoCompactionOptions options, long revision) =>
        options.Period > TimeSpan.Zero ? new PeriodicCompaction(options.Period, revision)
        : options.Revisions > 0 ? new RevisionCompaction(options.Revisions)
        : null;

    /// <summary>One look; called an interval after the last.</summary>
    public async Task LookAsync()
    {
        if (!isPaused() && kind.Due(revision(), Now) is { } due)
        {
            await CompactAsync(due).ConfigureAwait(false);
        }

        kind.Note(revision());
    }

    private async Task CompactAsync(long due)
    {
        Log(RaftLogLevel.Information, "starting", due);
        var began = time.GetTimestamp();
        var refusal = await compact(due).ConfigureAwait(false);
        if (refusal is Refusal.None or Refusal.Compacted)
        {
            kind.Done(due, Now);
            Log(
                RaftLogLevel.Information, "completed", due,
                new KeyValuePair<string, object?>("took", time.GetElapsedTime(began)));
        }
        else
        {
            Log(
                RaftLogLevel.Warning, "failed", due,
                new KeyValuePair<string, object?>("retry-interval", kind.Interval),
                new KeyValuePair<string, object?>("error", refusal.ToString()));
        }
    }

    private void Log(
        RaftLogLevel level, string state, long due, params ReadOnlySpan<KeyValuePair<string, object?>> more) =>
        log?.Log(level, $"{state} auto {kind.Name} compaction", [new("revision", due), kind.Retention, .. more]);
}
