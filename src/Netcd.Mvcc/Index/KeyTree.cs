using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// B+-tree from user key to <see cref="KeyState"/>, with counts of live keys in its inner pages. One writer at a time
/// (the holder of <see cref="Gate"/>), readers beside it.
/// </summary>
/// <remarks>
/// Readers take no lock. They read pages that may change under them and check three kinds of counters before and
/// after, which are odd while the writer is at work: the structure version (which keys lie in which page), a version
/// per page (the contents of a leaf) and the count version (numbers of live keys). A put of a known key changes its
/// leaf's version only, so readers are hardly ever disturbed; the writer is never held up, but by a reader that was
/// disturbed <see cref="OptimisticTriesMax"/> times and then reads under the gate.
/// <code>
/// example, prefix in brackets:       inner [/r/]  ""→A(2 live)   "n/"→B(3 live)
///                     leaf A [/r/]  a, b, c†          leaf B [/r/n/]  1, 2, 3
/// </code>
/// A leaf's prefix is what the separators around it share, so every key that can ever come to it begins with it.
/// </remarks>
internal sealed partial class KeyTree
{
    private const int HeightMax = 32;

    private readonly PageArena _pages = new();
    private readonly LongKeys _longKeys = new();

    // The writer's way from the leaf (level 0) to the root: page and slot at each level.
    private readonly int[] _path = new int[HeightMax];
    private readonly int[] _slots = new int[HeightMax];

    private int _root;
    private int _height = 1;
    private long _liveCount;

    // Odd while the writer is changing it; written by the writer only.
    private int _structureVersion;
    private int _countVersion;

    public KeyTree(CountChanges changes)
    {
        Changes = changes;
        _root = _pages.Allocate();
        _pages[_root].Initialize(0, [], -1);
    }

    /// <summary>
    /// While set, changes of counts are not kept: there is no reader at revisions below the restored one.
    /// </summary>
    public bool IsRestoring { get; set; }

    /// <summary>Held by whoever changes the tree.</summary>
    public Lock Gate { get; } = new();

    public CountChanges Changes { get; }

    public long LiveCount => Volatile.Read(ref _liveCount);

    /// <summary>Bytes held: slabs and long keys.</summary>
    public long AllocatedBytes => _pages.AllocatedBytes + _longKeys.Bytes;

    public long UsedBytes => _pages.UsedBytes + _longKeys.Bytes;

    /// <summary>Writer: moves to a key's place. True, with its state, if the key is there, live or not.</summary>
    public bool Seek(ReadOnlySpan<byte> key, out KeyState state)
    {
        var page = _root;
        for (var level = _height - 1; level > 0; level--)
        {
            var inner = _pages[page];
            _path[level] = page;
            _slots[level] = inner.ChildIndex(key, _longKeys);
            page = inner.Child(_slots[level]);
        }

        var leaf = _pages[page];
        _path[0] = page;
        _slots[0] = leaf.Find(key, _longKeys, out var exact);
        state = exact ? leaf.ReadState(_slots[0]) : default;
        return exact;
    }

    /// <summary>Writer: changes the key found by the last <see cref="Seek"/>.</summary>
    public void Update(ReadOnlySpan<byte> key, in KeyState before, in KeyState after)
    {
        var delta = (before.IsTombstone ? 1 : 0) - (after.IsTombstone ? 1 : 0);
        if (delta != 0)
        {
            Begin(ref _countVersion);
        }

        ref var version = ref _pages.Version(_path[0]);
        Begin(ref version);
        _pages[_path[0]].WriteState(_slots[0], after);
        End(ref version);
        if (delta != 0)
        {
            AddLive(key, after.Main, delta);
            End(ref _countVersion);
        }
    }

    /// <summary>Writer: inserts the key that the last <see cref="Seek"/> did not find.</summary>
    public void Insert(ReadOnlySpan<byte> key, in KeyState state)
    {
        var page = _pages[_path[0]];
        var atEnd = _slots[0] == page.Count;
        page.AppendRun = atEnd ? page.AppendRun + 1 : 0;
        if (!page.HasRoom(key.Length))
        {
            BeginStructure();
            MakeLeafRoom(key);
            EndStructure();
            page = _pages[_path[0]];
        }

        Begin(ref _countVersion);
        ref var version = ref _pages.Version(_path[0]);
        Begin(ref version);
        page.Insert(_slots[0], key, _longKeys);
        page.WriteState(_slots[0], state);
        End(ref version);
        if (!state.IsTombstone)
        {
            AddLive(key, state.Main, 1);
        }

        End(ref _countVersion);
    }

    /// <summary>Writer: removes the dead key found by the last <see cref="Seek"/>.</summary>
    public void Remove()
    {
        var page = _pages[_path[0]];
        var slot = _slots[0];
        Invariant.Check(page.IsTombstone(slot));
        BeginStructure();
        if (page.IsLong(slot))
        {
            _longKeys.Remove(page.Handle(slot));
        }

        page.Remove(slot);
        Shrink(0);
        EndStructure();
    }

    private static void Begin(ref int version)
    {
        Volatile.Write(ref version, version + 1);
        Volatile.WriteBarrier();
    }

    private static void End(ref int version) => Volatile.Write(ref version, version + 1);

    private void BeginStructure()
    {
        Begin(ref _structureVersion);
        Begin(ref _countVersion);
    }

    private void EndStructure()
    {
        End(ref _countVersion);
        End(ref _structureVersion);
    }

    private void AddLive(ReadOnlySpan<byte> key, long main, int delta)
    {
        for (var level = 1; level < _height; level++)
        {
            var inner = _pages[_path[level]];
            inner.SetLive(_slots[level], (uint)(inner.Live(_slots[level]) + delta));
        }

        Volatile.Write(ref _liveCount, _liveCount + delta);
        if (IsRestoring)
        {
            Changes.Forget(main);
        }
        else
        {
            Changes.Add(main, key, delta);
        }
    }
}
