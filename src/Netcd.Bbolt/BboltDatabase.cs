using Netcd.Base;
using Netcd.Base.Metrics;
using Netcd.Bbolt.Checking;
using Netcd.Bbolt.Free;
using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Reading;
using Netcd.Bbolt.Writing;
using Netcd.Disk;

namespace Netcd.Bbolt;

/// <summary>
/// A database file in bbolt's format. Read transactions begin and end on any thread and never wait for the writer, nor
/// it for them. There is one write transaction at a time, and it is the caller's business that nobody begins a second.
/// </summary>
public sealed class BboltDatabase : IDisposable
{
    private readonly BboltOptions _options;
    private readonly DatabaseFile _file;
    private readonly Lock _lock = new();
    private readonly Arena _arena = new();
    private readonly PendingPages _pending = new();
    private readonly PageWriter _pageWriter;

    // Guarded by _lock.
    private readonly ReaderTable _readers = new();
    private bool _isClosed;
    private bool _isWriting;
    private Exception? _failure;

    // The newest committed state; replaced under _lock, read anywhere.
    private volatile PageSource _current;

    // Written by the write transaction only.
    private MetaPages _metas;
    private FreePages _free;
    private long _freePages;

    private BboltDatabase(DatabaseFile file, MetaPages metas, BboltOptions options)
    {
        _file = file;
        _metas = metas;
        _options = options;
        _pageWriter = new PageWriter(file.File, metas.Active.PageSizeBytes);
        _current = new PageSource(file.Map, file.Path, metas.Active);
        _free = new FreePages();
    }

    public string Path => _file.Path;

    public int PageSizeBytes => _current.Meta.PageSizeBytes;

    /// <summary>Number of the last committed transaction.</summary>
    public TxId TxId => new(_current.Meta.TxId);

    /// <summary>Logical size in bytes of the committed state: high water mark times page size.</summary>
    public long SizeBytes => _current.Meta.SizeBytes;

    /// <summary>Bytes of pages that the next write transaction may reuse, as of the last one.</summary>
    public long FreeBytes => Interlocked.Read(ref _freePages) * PageSizeBytes;

    /// <summary>Size less free pages (etcd's "db size in use").</summary>
    public long SizeInUseBytes => SizeBytes - FreeBytes;

    internal PhaseTimer? CommitPhases => _options.CommitPhases;

    /// <summary>Read transactions open now.</summary>
    public int OpenReadTransactions
    {
        get
        {
            lock (_lock)
            {
                return _readers.Count;
            }
        }
    }

    /// <summary>Opens a database, creating it if the file is missing or empty.</summary>
    /// <exception cref="DatabaseLockedException">Another process has it open.</exception>
    /// <exception cref="CorruptionException">The file is not a sound database; nothing was changed.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static BboltDatabase Open(IDisk disk, string path, BboltOptions options)
    {
        var file = DatabaseFile.Open(disk, path, options, out var metas);
        try
        {
            var database = new BboltDatabase(file, metas, options);
            if (!options.ReadOnly)
            {
                database.FindFreePages();
            }

            return database;
        }
        catch
        {
            file.CloseFile();
            file.CloseMaps();
            throw;
        }
    }

    /// <summary>Pins the newest committed state. Any thread.</summary>
    public BboltReadTransaction BeginRead()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _readers.Add(_current.Meta.TxId);
            return new BboltReadTransaction(this, new PageSource(_file.Map, _file.Path, _current.Meta));
        }
    }

    /// <summary>Begins the write transaction; there must not be another.</summary>
    /// <exception cref="DatabaseFailedException">
    /// An earlier commit failed in a way that leaves the disk unknown.
    /// </exception>
    public BboltWriteTransaction BeginWrite()
    {
        ulong[] readers;
        long readersVersion;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_options.ReadOnly)
            {
                throw new InvalidOperationException($"{Path} is open for reading only.");
            }

            if (_failure is not null)
            {
                throw new DatabaseFailedException(Path, _failure);
            }

            Invariant.Check(!_isWriting, $"a second write transaction on {Path}");
            _isWriting = true;
            readers = _readers.ToArray();
            readersVersion = _readers.ReleaseVersion;
        }

        try
        {
            // A reader that begins from here on pins the newest state, which has none of the pages released.
            _pending.Release(_free, readers, readersVersion, Path);
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _isWriting = false;
                _failure = failure;
            }

            throw;
        }

        PublishFreeCount();
        var space = new WriteSpace(_current, _arena, _free);
        return new BboltWriteTransaction(this, space, _metas.NextTxId);
    }

    /// <summary>
    /// The full consistency check (bbolt check): every page below the high water mark is reachable once or free, keys
    /// are sorted, separators fit. Not beside a write transaction.
    /// </summary>
    /// <returns>The problems found; empty for a sound database.</returns>
    public IReadOnlyList<DatabaseProblem> Check()
    {
        lock (_lock)
        {
            Invariant.Check(!_isWriting, $"check of {Path} beside a write transaction");
        }

        using var transaction = BeginRead();
        return new Checker(transaction.Source).Run(_options.ReadOnly ? null : _free, _pending);
    }

    /// <summary>
    /// Closes the file and gives up its lock. Read transactions still open stay usable; the map goes with the last of
    /// them. A write transaction must not be open.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            Invariant.Check(!_isWriting, $"closing {Path} during a write transaction");
            _isClosed = true;
            _file.CloseFile();
            if (_readers.Count == 0)
            {
                _file.CloseMaps();
            }
        }
    }

    internal void EndRead(BboltReadTransaction transaction)
    {
        lock (_lock)
        {
            _readers.Remove(transaction.TxId.Value);
            if (_isClosed && _readers.Count == 0)
            {
                _file.CloseMaps();
            }
        }
    }

    /// <summary>
    /// Writes pages, then the meta. Up to the first sync a failure leaves the committed state alone: pages written are
    /// free ones. A failed sync leaves it unknown what a later sync would make durable, and a meta whose write failed
    /// may be valid on disk all the same while its pages would be taken for free: both end all writing.
    /// </summary>
    internal void Commit(WriteSpace space, Meta meta)
    {
        if (space.HighWaterMark > _current.Meta.HighWaterMark)
        {
            _file.Reserve(meta, _options.GrowthBytes);
        }

        _pageWriter.Write(space);
        try
        {
            Sync();
            _file.WriteMeta(meta);
            Sync();
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _failure = failure;
            }

            throw new DatabaseFailedException(Path, failure);
        }

        _metas = _metas.After(meta);
        _pending.AddCommitted(meta.TxId, space.Allocated, space.Freed);
        var source = new PageSource(_file.Map, Path, meta);
        lock (_lock)
        {
            _current = source;
        }
    }

    internal void EndWrite(WriteSpace space, bool isCommitted)
    {
        if (!isCommitted)
        {
            space.UndoAllocations();
        }

        space.Recycle();
        PublishFreeCount();
        lock (_lock)
        {
            _isWriting = false;
        }
    }

    private void FindFreePages()
    {
        var reachable = ReachablePages.Find(_current);
        var meta = _current.Meta;
        if (meta.Freelist != PageFormat.NoFreelist)
        {
            StoredFreelist.Check(_current, reachable);
        }

        _free = FreePages.Complement(reachable, (int)meta.HighWaterMark);
        PublishFreeCount();
    }

    private void PublishFreeCount() => Interlocked.Exchange(ref _freePages, _free.Count);

    private void Sync()
    {
        if (!_options.NoSync)
        {
            _file.File.SyncData();
        }
    }
}
