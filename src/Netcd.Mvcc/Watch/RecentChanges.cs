using System.Buffers;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Changes on their way from the applier to the notifier: a queue with one writer and one reader, neither of which
/// waits for the other.
/// </summary>
/// <remarks>
/// It is bounded. A change that nobody wants or that finds it full is only marked as skipped, by its revision; the
/// notifier then has the watchers concerned read history instead.
/// </remarks>
internal sealed class RecentChanges
{
    private readonly int _bytesMax;

    // Written by the applier only.
    private Segment _tail;
    private long _skippedThrough;

    // Moved by the notifier only.
    private Segment _head;
    private int _read;

    // Both sides, interlocked: bytes of segments the notifier has not left yet.
    private long _heldBytes;

    public RecentChanges(int bytesMax)
    {
        _bytesMax = bytesMax;
        _tail = _head = new Segment(0);
    }

    /// <summary>
    /// Main revision of the last change that is not in the queue; all before it may be missing as well.
    /// </summary>
    public long SkippedThrough => Volatile.Read(ref _skippedThrough);

    /// <summary>Applier: marks a change as missing. It comes before the publication of its revision.</summary>
    public void Skip(long main) => Volatile.Write(ref _skippedThrough, main);

    /// <summary>Applier: adds a change, or skips it if the queue is full.</summary>
    public void Append(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue)
    {
        if (_tail.TryAppend(revision, isTombstone, storedKeyValue))
        {
            return;
        }

        if (Volatile.Read(ref _heldBytes) > _bytesMax)
        {
            Skip(revision.Main);
            return;
        }

        var next = new Segment(Math.Max(Segment.BytesMin, storedKeyValue.Length));
        Interlocked.Add(ref _heldBytes, next.Length);
        Invariant.Check(next.TryAppend(revision, isTombstone, storedKeyValue));
        _tail.Link(next);
        _tail = next;
    }

    /// <summary>Notifier: the oldest change not taken yet. The span is valid until <see cref="Take"/>.</summary>
    public bool TryPeek(out Revision revision, out bool isTombstone, out ReadOnlySpan<byte> storedKeyValue)
    {
        while (true)
        {
            // A segment with a successor is full: what it has is final.
            var next = _head.Next;
            if (_read < _head.Count)
            {
                _head.Read(_read, out revision, out isTombstone, out storedKeyValue);
                return true;
            }

            if (next is null)
            {
                break;
            }

            Interlocked.Add(ref _heldBytes, -_head.Length);
            _head.Release();
            _head = next;
            _read = 0;
        }

        revision = default;
        isTombstone = false;
        storedKeyValue = default;
        return false;
    }

    /// <summary>Notifier: takes what <see cref="TryPeek"/> gave.</summary>
    public void Take() => _read++;

    private sealed class Segment(int length)
    {
        public const int BytesMin = 256 * 1024;
        private const int ChangesMax = 1024;

        private readonly byte[] _bytes = length == 0 ? [] : ArrayPool<byte>.Shared.Rent(length);
        private readonly Change[] _changes = length == 0 ? [] : new Change[ChangesMax];
        private int _used;

        // Changes that the reader may see; written last.
        private int _count;
        private Segment? _next;

        public int Length => _bytes.Length;

        public int Count => Volatile.Read(ref _count);

        public Segment? Next => Volatile.Read(ref _next);

        public bool TryAppend(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue)
        {
            if (_count == _changes.Length || storedKeyValue.Length > _bytes.Length - _used)
            {
                return false;
            }

            storedKeyValue.CopyTo(_bytes.AsSpan(_used));
            _changes[_count] = new Change(revision, isTombstone, _used, storedKeyValue.Length);
            _used += storedKeyValue.Length;
            Volatile.Write(ref _count, _count + 1);
            return true;
        }

        public void Link(Segment next) => Volatile.Write(ref _next, next);

        public void Read(int index, out Revision revision, out bool isTombstone, out ReadOnlySpan<byte> storedKeyValue)
        {
            ref readonly var change = ref _changes[index];
            revision = change.Revision;
            isTombstone = change.IsTombstone;
            storedKeyValue = _bytes.AsSpan(change.Offset, change.Length);
        }

        public void Release()
        {
            if (_bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }
        }
    }

    private readonly record struct Change(Revision Revision, bool IsTombstone, int Offset, int Length);
}
