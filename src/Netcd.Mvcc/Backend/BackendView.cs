using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// A pinned state of the backend: the committed pages as of one transaction plus the buffers not in them yet. Shared
/// by all readers of that state through a reference count, so taking one costs an interlocked addition.
/// </summary>
/// <remarks>
/// For bucket <c>key</c> a view shows at least every record written before it was taken, later ones too while its
/// active buffer fills; readers go by the revisions they took before the view. Pages that a view shows are not reused
/// by the engine until it is released, so a long-lived view makes the file grow.
/// </remarks>
public sealed class BackendView
{
    private readonly CommittedPages _pages;
    private readonly WriteBuffer? _frozen;
    private readonly WriteBuffer _active;

    // Starts at 1, the backend's own. Zero may be raised again by a racing reader; ClosedReferences never.
    private int _references = 1;

    private const int ClosedReferences = int.MinValue / 2;

    internal BackendView(CommittedPages pages, WriteBuffer? frozen, WriteBuffer active, long sequence)
    {
        _pages = pages;
        _frozen = frozen;
        _active = active;
        Sequence = sequence;
        pages.AddReference();
        frozen?.AddReference();
        active.AddReference();
    }

    /// <summary>Backend transactions committed before this state.</summary>
    internal long Sequence { get; }

    internal CommittedPages Pages => _pages;

    internal WriteBuffer? Frozen => _frozen;

    internal WriteBuffer Active => _active;

    /// <summary>A finder for records of this view; for one or many.</summary>
    public RecordLocator OpenLocator() => new(this);

    /// <summary>The stored bytes at a location of this view; valid while the reference is held.</summary>
    public ReadOnlySpan<byte> Read(RecordLocation location)
    {
        if (location.Position >= 0)
        {
            return _pages.Read(location);
        }

        var tagged = ~location.Position;
        var buffer = (tagged & 1) != 0 ? _active : _frozen;
        Invariant.Check(buffer is not null);
        return buffer.Revisions.ValueAt((int)(tagged >> 1));
    }

    /// <summary>Says that the record is read soon: a hint, worth it for what lies in the file only.</summary>
    internal void Prefetch(RecordLocation location)
    {
        if (location.Position >= 0)
        {
            _pages.Prefetch(location);
        }
    }

    /// <summary>Lets go; the last holder frees buffers and the read transaction.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0
            && Interlocked.CompareExchange(ref _references, ClosedReferences, 0) == 0)
        {
            _pages.ReleaseReference();
            _frozen?.ReleaseReference();
            _active.ReleaseReference();
        }
    }

    /// <summary>Finds a record that no transaction has committed as of this view.</summary>
    internal bool TryLocateBuffered(Revision revision, out RecordLocation location)
    {
        var slot = _active.Revisions.IndexOf(revision);
        if (slot >= 0)
        {
            location = new RecordLocation(~(((long)slot * 2) + 1), _active.Revisions.LengthAt(slot));
            return true;
        }

        if (_frozen is not null && (slot = _frozen.Revisions.IndexOf(revision)) >= 0)
        {
            location = new RecordLocation(~((long)slot * 2), _frozen.Revisions.LengthAt(slot));
            return true;
        }

        location = default;
        return false;
    }

    /// <summary>False if the view was closed before a reference could be added.</summary>
    internal bool TryAddReference() => Interlocked.Increment(ref _references) > 0;
}
