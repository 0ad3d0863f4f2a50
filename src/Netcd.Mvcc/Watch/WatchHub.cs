using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// All watchers of this member. The applier tells it what changed and goes on; one notifier matches changes with
/// watchers, encodes each once and sends it.
/// </summary>
public sealed class WatchHub : IDisposable
{
    public WatchHub(IWatchHistory history, WatchOptions options, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Raft term for response headers. Set by any thread.</summary>
    public Term RaftTerm { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Open streams.</summary>
    public int StreamCount => throw new NotSupportedException();

    /// <summary>Watchers of all streams.</summary>
    public int WatcherCount => throw new NotSupportedException();

    /// <summary>Watchers that are behind the store's revision.</summary>
    public int SlowWatcherCount => throw new NotSupportedException();

    /// <summary>Opens a stream. Any thread.</summary>
    public WatchStream OpenStream(IWatchSink sink) => throw new NotSupportedException();

    /// <summary>
    /// Applier: one change, in revision order. The spans are copied if anybody may want them. Visible to watchers with
    /// the next <see cref="Publish"/>.
    /// </summary>
    public void Append(Revision revision, bool isTombstone, ReadOnlySpan<byte> key, ReadOnlySpan<byte> storedKeyValue) =>
        throw new NotSupportedException();

    /// <summary>
    /// Applier: everything up to <paramref name="revision"/> is readable in the store. Called before answers of those
    /// writes leave, once a batch; also after a restore, where the revision may jump.
    /// </summary>
    public void Publish(long revision) => throw new NotSupportedException();

    /// <summary>The store was replaced by a snapshot: forget recent changes and read from history. Applier.</summary>
    public void Reset(long revision) => throw new NotSupportedException();

    /// <summary>Starts the notifier's thread.</summary>
    public void Start() => throw new NotSupportedException();

    /// <summary>Instead of <see cref="Start"/>, for simulation: does all work that is ready; true if any was.</summary>
    public bool RunOnce() => throw new NotSupportedException();

    /// <summary>Stops the notifier and releases everything.</summary>
    public void Dispose() => throw new NotSupportedException();
}
