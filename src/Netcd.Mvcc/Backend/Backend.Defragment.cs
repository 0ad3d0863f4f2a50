using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>
/// Defragmentation: the file is copied densely while reads and writes go on, commits to the old file included; what
/// they changed is copied after, in rounds, and only the last and smallest round holds up commits (not writers). The
/// new file then takes the old one's name.
/// </summary>
public sealed partial class Backend
{
    // A round with fewer changes than this takes milliseconds: the next may be the last.
    private const int LastRoundRecordsMax = 10_000;

    // A writer faster than the copying would keep the rounds going for ever.
    private const int RoundsMax = 5;

    private readonly Lock _defragmentGate = new();

    // What commits change while a copy is made; null otherwise. Guarded by the commit gate.
    private DefragmentLog? _defragmentLog;

    /// <summary>
    /// Rewrites the file densely. Takes as long as copying takes; call it on a thread that may block. On a failure the
    /// old file stays in use, the temporary one is removed and the exception passed on.
    /// </summary>
    /// <exception cref="IOException">The disk failed or is full; nothing changed.</exception>
    public void Defragment()
    {
        lock (_defragmentGate)
        {
            var temporary = TemporaryPath();
            BboltDatabase? copy = null;
            var swapped = false;
            try
            {
                var view = BeginDefragment();
                try
                {
                    copy = OpenDatabase(temporary);
                    var copier = new BackendCopy(copy);
                    copier.CopyAll(view.Pages);
                    CatchUp(copier);
                    SwapTo(copy, copier, temporary);
                    swapped = true;
                }
                finally
                {
                    view.Release();
                }
            }
            finally
            {
                if (!swapped)
                {
                    AbandonDefragment(copy, temporary);
                }
            }
        }
    }

    private BackendView BeginDefragment()
    {
        lock (_commitGate)
        {
            CommitHeld();
            _defragmentLog = new DefragmentLog();
            return AcquireView();
        }
    }

    private void CatchUp(BackendCopy copier)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            BackendView view;
            DefragmentLog log;
            lock (_commitGate)
            {
                CommitHeld();
                view = AcquireView();
                log = _defragmentLog!; // Set by BeginDefragment, cleared by the holder of the defragment gate only.
                _defragmentLog = new DefragmentLog();
            }

            try
            {
                var (changedKeys, deletes) = log.Take();
                if (copier.CopyChanges(view.Pages, changedKeys, deletes) < LastRoundRecordsMax)
                {
                    return;
                }
            }
            finally
            {
                view.Release();
            }
        }
    }

    private void SwapTo(BboltDatabase copy, BackendCopy copier, string temporary)
    {
        lock (_commitGate)
        {
            CommitHeld();
            var (changedKeys, deletes) = _defragmentLog!.Take(); // Set until this method clears it.
            copier.CopyChanges(_view.Pages, changedKeys, deletes);
            _disk.Rename(temporary, _path);
            try
            {
                _disk.SyncDirectory(DirectoryOf(_path));
            }
            catch (Exception problem)
            {
                // Which of the two files a restart finds is unknown, and this process must not commit to the wrong one.
                Fail(problem);
                throw;
            }

            var old = _database;
            _database = copy;
            _defragmentLog = null;
            Publish(new CommittedPages(copy), frozen: null);

            // Views still open keep its map.
            old.Dispose();
        }
    }

    private void AbandonDefragment(BboltDatabase? copy, string temporary)
    {
        lock (_commitGate)
        {
            _defragmentLog = null;
        }

        copy?.Dispose();
        try
        {
            if (_disk.FileExists(temporary))
            {
                _disk.DeleteFile(temporary);
            }
        }
        catch (IOException)
        {
            // What failed first is the news; a file left behind goes when the backend is opened next.
        }
    }

    private string TemporaryPath()
    {
        var directory = DirectoryOf(_path);
        for (var number = 0; ; number++)
        {
            var path = $"{directory}/{TemporaryPrefix}.{number}";
            if (!_disk.FileExists(path))
            {
                return path;
            }
        }
    }
}
