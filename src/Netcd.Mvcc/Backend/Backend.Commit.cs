using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Disk;

namespace Netcd.Mvcc;

/// <summary>The committing half: freezing, transactions, sizes, snapshots, defragmentation, closing.</summary>
public sealed partial class Backend
{
    /// <summary>How the files of an unfinished defragmentation begin.</summary>
    internal const string TemporaryPrefix = "db.tmp";

    private readonly IDisk _disk;
    private readonly string _path;

    // One commit, snapshot start or defragmentation swap at a time. Never taken inside the write gate.
    private readonly Lock _commitGate = new();

    // Written under the commit gate.
    private BboltDatabase _database;
    private long _commits;

    private volatile bool _retired;
    private volatile bool _closed;

    /// <summary>Logical size of the file in bytes (high-water mark), as of the last commit.</summary>
    public long SizeBytes => Volatile.Read(ref _view).Pages.SizeBytes;

    /// <summary>Bytes of that size that hold data, as of the last commit: all but the free pages.</summary>
    public long SizeInUseBytes => Volatile.Read(ref _view).Pages.SizeInUseBytes;

    /// <summary>Readers that hold pages of the file, as of now.</summary>
    public int OpenReadTransactions => Volatile.Read(ref _database).OpenReadTransactions;

    /// <summary>Backend transactions committed since opening.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>
    /// Freezes the active buffer and commits it; returns when it is on disk. Does nothing if nothing changed, or once
    /// the backend is retired. Waits for a commit under way. Must not be called inside a <see cref="WriteSection"/>.
    /// </summary>
    /// <exception cref="BackendFailedException">This or an earlier commit failed; the member has been told to
    /// stop.</exception>
    public void Commit()
    {
        Invariant.Check(!_writeGate.IsHeldByCurrentThread, $"commit inside a write section");
        lock (_commitGate)
        {
            if (!_retired)
            {
                CommitHeld();
            }
        }
    }

    /// <summary>
    /// Commits a last time; from here on nothing touches the file or its name, so another file may take its place (a
    /// snapshot from the leader). A defragmentation under way fails. Reads go on until <see cref="Dispose"/>.
    /// </summary>
    public void Retire()
    {
        Invariant.Check(!_writeGate.IsHeldByCurrentThread, $"retired inside a write section");
        lock (_commitGate)
        {
            if (!_retired)
            {
                CommitHeld();
                _retired = true;
            }
        }
    }

    /// <summary>
    /// Commits, then pins the result for sending: the stream is a complete backend file that opens anywhere. Of a
    /// retired backend that is its last state.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The backend is closed.</exception>
    public BackendSnapshot OpenSnapshot()
    {
        Invariant.Check(!_writeGate.IsHeldByCurrentThread, $"snapshot inside a write section");
        return new BackendSnapshot(CommitAndAcquire());
    }

    /// <summary>CRC-32C over all buckets but the keys that differ between equal members (Maintenance.Hash).</summary>
    public uint Hash()
    {
        var view = CommitAndAcquire();
        try
        {
            return view.Pages.Hash();
        }
        finally
        {
            view.Release();
        }
    }

    /// <summary>
    /// Commits what is left and closes the file once the last view is released. Never throws for a failed commit
    /// twice.
    /// </summary>
    public void Dispose()
    {
        lock (_commitGate)
        {
            if (_closed)
            {
                return;
            }

            try
            {
                if (Volatile.Read(ref _failure) is null && !_retired)
                {
                    CommitHeld();
                }
            }
            finally
            {
                _retired = true;
                _closed = true;
                _view.Release();
                _database.Dispose();
            }
        }
    }

    /// <summary>
    /// Lets nothing be committed any more: an entry may be carried out in part, and half of it must not reach the disk.
    /// The member must stop. May be called inside a write section.
    /// </summary>
    public void Poison(Exception problem) => Interlocked.CompareExchange(ref _failure, problem, null);

    /// <summary>Ends without a last commit, as a killed process does. For tests.</summary>
    internal void Abandon()
    {
        lock (_commitGate)
        {
            _failure ??= new ObjectDisposedException(nameof(Backend));
        }

        Dispose();
    }

    private BackendView CommitAndAcquire()
    {
        lock (_commitGate)
        {
            if (!_retired)
            {
                CommitHeld();
            }

            return AcquireView();
        }
    }

    private static void DeleteLeftovers(IDisk disk, string path)
    {
        var directory = DirectoryOf(path);
        foreach (var name in disk.List(directory))
        {
            if (name.StartsWith(TemporaryPrefix, StringComparison.Ordinal))
            {
                disk.DeleteFile(directory + "/" + name);
            }
        }
    }

    private static string DirectoryOf(string path) => path[..path.LastIndexOf('/')];

    // Under another name first: a power cut while the first pages are written must not leave half a database behind.
    private void CreateFile()
    {
        var temporary = TemporaryPath();
        OpenDatabase(temporary).Dispose();
        _disk.Rename(temporary, _path);
        _disk.SyncDirectory(DirectoryOf(_path));
    }

    private BboltDatabase OpenDatabase(string path)
    {
        var options = new BboltOptions
        {
            NoSync = _options.NoSync,
            LocksMemory = _options.LocksMemory,
            CommitPhases = _options.CommitPhases,
        };
        if (_options.ReservedBytes > 0)
        {
            options = options with { ReserveBytes = _options.ReservedBytes };
        }

        var database = BboltDatabase.Open(_disk, path, options);
        try
        {
            EnsureBuckets(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    // Written only if one is missing: opening a healthy file changes nothing.
    private static void EnsureBuckets(BboltDatabase database)
    {
        var missing = false;
        using (var reader = database.BeginRead())
        {
            for (var id = 0; id < Buckets.Count; id++)
            {
                missing |= !reader.TryGetBucket(Buckets.NameOf((BucketId)id), out _);
            }
        }

        if (!missing)
        {
            return;
        }

        using var transaction = database.BeginWrite();
        for (var id = 0; id < Buckets.Count; id++)
        {
            transaction.CreateBucket(Buckets.NameOf((BucketId)id));
        }

        transaction.Commit();
    }

    private void CommitHeld()
    {
        ThrowIfFailed();
        ObjectDisposedException.ThrowIf(_retired, this);
        var frozen = Freeze();
        if (frozen is null)
        {
            return;
        }

        try
        {
            BufferCommit.Write(_database, frozen);
            _defragmentLog?.Record(frozen);
            _commits++;
            Publish(new CommittedPages(_database), frozen: null);
        }
        catch (Exception problem)
        {
            Fail(problem);
            throw new BackendFailedException(_path, problem);
        }

        frozen.ReleaseReference();
    }

    // Between two entries: the write gate is free, so the buffer holds whole entries only.
    private WriteBuffer? Freeze()
    {
        lock (_writeGate)
        {
            ThrowIfFailed();
            if (_active.IsEmpty)
            {
                return null;
            }

            var frozen = _active;
            Volatile.Write(ref _active, new WriteBuffer(_pool));
            Publish(_view.Pages.AddReference(), frozen);
            return frozen;
        }
    }

    // Takes over the caller's reference to the pages.
    private void Publish(CommittedPages pages, WriteBuffer? frozen)
    {
        var old = _view;
        Volatile.Write(ref _view, new BackendView(pages, frozen, _active, _commits));
        pages.ReleaseReference();
        old.Release();
    }

    private void Fail(Exception problem)
    {
        if (Interlocked.CompareExchange(ref _failure, problem, null) is null)
        {
            _onFatal(problem);
        }
    }
}
