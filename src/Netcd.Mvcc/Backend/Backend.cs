using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;

namespace Netcd.Mvcc;

/// <summary>
/// The file <c>member/snap/db</c> behind a write buffer. Changes go to memory; a background loop freezes the buffer
/// between two log entries and commits it as one bbolt transaction, the consistent index with it, while the next one
/// fills. Reads see active buffer, frozen buffer and committed pages as one.
/// </summary>
/// <remarks>
/// Threads: changes need a <see cref="WriteSection"/> (one thread at a time, it may be any); views, sizes and
/// <see cref="Get"/> may be used by any thread at any time. Durability is the log's business: a change is lost by a
/// crash until a commit covers it, and replay from the consistent index brings it back.
/// Lock order: the store's compaction gate, commit gate, write gate, an overlay's lock.
/// </remarks>
public sealed partial class Backend : IDisposable
{
    private readonly BackendOptions _options;
    private readonly SegmentPool _pool;
    private readonly Action<Exception> _onFatal;

    // Held while changes are made and while the active buffer is frozen.
    private readonly Lock _writeGate = new();

    // What readers pin. Written under the commit gate.
    private BackendView _view;

    // The buffer being filled. Written under the write gate, and equal to _view.Active outside a freeze.
    private WriteBuffer _active;

    // Sections entered by the thread that holds the write gate.
    private int _sectionDepth;

    private ulong _consistentIndex;
    private ulong _term;
    private Exception? _failure;

    private Backend(IDisk disk, string path, BackendOptions options, Action<Exception> onFatal)
    {
        _disk = disk;
        _path = path;
        _options = options;
        _onFatal = onFatal;
        _pool = new SegmentPool(2 * options.DirtyBytesMax);
        if (!disk.FileExists(path))
        {
            CreateFile();
        }

        _database = OpenDatabase(path);
        _active = new WriteBuffer(_pool);
        var pages = new CommittedPages(_database);
        _view = new BackendView(pages, frozen: null, _active, sequence: 0);
        _consistentIndex = MetaBucket.ReadConsistentIndex(pages).Value;
        _term = MetaBucket.ReadTerm(pages).Value;
        pages.ReleaseReference();
    }

    /// <summary>
    /// Called outside all locks, by any writer, when the active buffer is full enough to be committed.
    /// </summary>
    public Action? OnCommitWanted { get; set; }

    public BackendOptions Options => _options;

    /// <summary>Index of the last entry whose effects are in the backend, committed or not.</summary>
    public LogIndex ConsistentIndex => new(Volatile.Read(ref _consistentIndex));

    /// <summary>Term of that entry.</summary>
    public Term ConsistentTerm => new(Volatile.Read(ref _term));

    /// <summary>Changes in memory that the next commit writes, in bytes.</summary>
    public long DirtyBytes => Volatile.Read(ref _active).DirtyBytes;

    /// <summary>Whether the calling thread is inside a <see cref="WriteSection"/>.</summary>
    internal bool IsWriting => _writeGate.IsHeldByCurrentThread;

    /// <summary>
    /// Opens or creates the file, and all ten buckets in it. Leftovers of an interrupted defragmentation
    /// (<c>db.tmp.*</c>) beside it are deleted.
    /// </summary>
    /// <param name="disk">Where the file lies.</param>
    /// <param name="path">Absolute path of the file; its directory exists.</param>
    /// <param name="options">When to commit.</param>
    /// <param name="onFatal">Called once if a commit fails: the member must stop, the disk's state is unknown.</param>
    /// <exception cref="CorruptionException">The file is damaged.</exception>
    public static Backend Open(IDisk disk, string path, BackendOptions options, Action<Exception> onFatal)
    {
        DeleteLeftovers(disk, path);
        return new Backend(disk, path, options, onFatal);
    }

    /// <summary>
    /// Takes the right to make changes, waiting for another holder, and for the disk if memory is full. Dispose the
    /// section to give it back.
    /// </summary>
    /// <exception cref="BackendFailedException">A commit failed before.</exception>
    public WriteSection EnterWrite()
    {
        if (!_writeGate.IsHeldByCurrentThread)
        {
            ThrowIfFailed();
            if (_active.DirtyBytes >= _options.DirtyBytesLimit)
            {
                Commit();
            }
        }

        _writeGate.Enter();
        _sectionDepth++;
        return new WriteSection(this);
    }

    /// <summary>
    /// Notes that all effects of entry <paramref name="index"/> are in the current section, or that it has none.
    /// Committed together with them.
    /// </summary>
    public void SetConsistent(LogIndex index, Term term)
    {
        CheckSection();
        Invariant.Check(index.Value >= _consistentIndex, $"consistent index {_consistentIndex} goes back to {index}");
        _active.SetConsistent(index, term);
        Volatile.Write(ref _term, term.Value);
        Volatile.Write(ref _consistentIndex, index.Value);
    }

    /// <summary>Writes <c>meta/confState</c> with the next commit.</summary>
    public void SetConfState(ConfState state)
    {
        CheckSection();
        _active.ConfState = state;
    }

    /// <summary>Sets a key of a bucket other than <c>key</c>. Takes over the value's array.</summary>
    public void Put(BucketId bucket, ReadOnlySpan<byte> key, byte[] value)
    {
        CheckSection();
        _active.Set(bucket, key, value);
    }

    /// <summary>Removes a key of a bucket other than <c>key</c>; it need not exist.</summary>
    public void Delete(BucketId bucket, ReadOnlySpan<byte> key)
    {
        CheckSection();
        _active.Set(bucket, key, null);
    }

    /// <summary>
    /// Reserves the record of the next revision; the caller fills the bytes and calls
    /// <see cref="PublishRevision"/>. Revisions ascend.
    /// </summary>
    public Span<byte> AppendRevision(Revision revision, bool tombstone, int length)
    {
        CheckSection();
        return _active.Revisions.Append(revision, tombstone, length);
    }

    /// <summary>Makes the record of the last <see cref="AppendRevision"/> visible to views.</summary>
    public void PublishRevision() => _active.Revisions.Publish();

    /// <summary>Removes a compacted record with the next commit; until then views still show it.</summary>
    public void DeleteRevision(in RemovedRevision revision)
    {
        CheckSection();
        _active.Delete(revision);
    }

    /// <summary>
    /// Pins the present state for reading. The caller releases it; see <see cref="BackendView"/> for what it shows.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The backend is closed.</exception>
    public BackendView AcquireView()
    {
        while (true)
        {
            var view = Volatile.Read(ref _view);
            if (view.TryAddReference())
            {
                return view;
            }

            ObjectDisposedException.ThrowIf(_closed && ReferenceEquals(view, Volatile.Read(ref _view)), this);
        }
    }

    /// <summary>Latest value of a key in a bucket other than <c>key</c>; null if there is none.</summary>
    public byte[]? Get(BucketId bucket, ReadOnlySpan<byte> key)
    {
        var view = AcquireView();
        try
        {
            if (view.Active.OverlayOf(bucket) is { } active && active.TryGet(key, out var value))
            {
                return value;
            }

            if (view.Frozen?.OverlayOf(bucket) is { } frozen && frozen.TryGet(key, out value))
            {
                return value;
            }

            return view.Pages.Get(bucket, key);
        }
        finally
        {
            view.Release();
        }
    }

    /// <summary>All latest records of a bucket other than <c>key</c>, in ascending key order.</summary>
    public IReadOnlyList<KeyValuePair<byte[], byte[]>> Scan(BucketId bucket)
    {
        Invariant.Check(bucket != BucketId.Key, $"bucket key is read by revision");
        var view = AcquireView();
        try
        {
            var records = new SortedDictionary<byte[], byte[]>(ByteArrayComparer.Instance);
            view.Pages.CopyTo(bucket, records);
            Overlay(records, view.Frozen?.OverlayOf(bucket));
            Overlay(records, view.Active.OverlayOf(bucket));
            return [.. records];
        }
        finally
        {
            view.Release();
        }
    }

    internal void LeaveWrite()
    {
        Invariant.Check(_writeGate.IsHeldByCurrentThread && _sectionDepth > 0);
        var outermost = --_sectionDepth == 0;
        var full = outermost && (_active.DirtyBytes >= _options.DirtyBytesMax
            || _active.Revisions.Count >= _options.DirtyRevisionsMax);
        _writeGate.Exit();
        if (full)
        {
            OnCommitWanted?.Invoke();
        }
    }

    private static void Overlay(SortedDictionary<byte[], byte[]> records, BucketOverlay? overlay)
    {
        foreach (var (key, value) in overlay?.Sorted() ?? [])
        {
            if (value is null)
            {
                records.Remove(key);
            }
            else
            {
                records[key] = value;
            }
        }
    }

    private void CheckSection() =>
        Invariant.Check(_writeGate.IsHeldByCurrentThread, $"the backend is changed outside a write section");

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new BackendFailedException(_path, failure);
        }
    }
}
