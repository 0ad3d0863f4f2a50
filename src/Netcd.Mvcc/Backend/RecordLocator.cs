using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>
/// Finds many records of one view; remembers where it was in the file, so that revisions near each other cost little.
/// Lives no longer than the caller's reference to the view.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public ref struct RecordLocator
{
    private readonly BackendView _view;
    private BboltCursor _cursor;

    internal RecordLocator(BackendView view)
    {
        _view = view;
        _cursor = view.Pages.KeyCursor();
    }

    /// <summary>Finds a put's record by revision.</summary>
    /// <exception cref="CorruptionException">The backend has no such record.</exception>
    public RecordLocation Locate(Revision revision)
    {
        if (_view.TryLocateBuffered(revision, out var location))
        {
            return location;
        }

        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        key = key[..RevisionKey.Write(key, revision, tombstone: false)];
        if (!_cursor.FindNear(key))
        {
            throw new CorruptionException("bucket key", $"revision {revision} is in the index but not in the file");
        }

        var offset = _cursor.ValueLocation(out var length);
        return new RecordLocation(offset, length);
    }
}
