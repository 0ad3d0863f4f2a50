using System.Text;
using Netcd.Base;
using Netcd.Bbolt.Free;
using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Reading;

namespace Netcd.Bbolt.Checking;

/// <summary>
/// bbolt's consistency check (tx_check.go): pages reachable once, none of them free, all others free, key order within
/// pages and against separators. Goes on after a problem where it can.
/// </summary>
internal sealed class Checker(PageSource source)
{
    // A file damaged all over would fill memory with messages.
    private const int ProblemsMax = 1000;

    private readonly PageSet _reachable = new((int)source.Meta.HighWaterMark);
    private readonly List<DatabaseProblem> _problems = [];

    // Pages from the root of the tree being walked to the present one, and the bucket whose tree it is.
    private readonly List<ulong> _stack = [];
    private string _bucket = string.Empty;
    private FreePages? _free;

    /// <summary>
    /// Runs all checks; without <paramref name="free"/> (reading only) what is not reachable counts as free.
    /// </summary>
    public IReadOnlyList<DatabaseProblem> Run(FreePages? free, PendingPages pending)
    {
        _free = free;
        _reachable.Add(0);
        _reachable.Add(1);
        CheckFreelistPages();
        CheckTree(source.Meta.Root, new KeyRange([], HasHigh: false, []), depth: 0);
        if (free is not null)
        {
            CheckAllAccounted(free, pending);
        }

        return _problems;
    }

    private void CheckFreelistPages()
    {
        if (source.Meta.Freelist == PageFormat.NoFreelist)
        {
            return;
        }

        try
        {
            StoredFreelist.Check(source, _reachable);
        }
        catch (CorruptionException corruption)
        {
            Report(source.Meta.Freelist, corruption.Problem);
        }
    }

    private void CheckAllAccounted(FreePages free, PendingPages pending)
    {
        var waiting = new PageSet((int)source.Meta.HighWaterMark);
        if (!pending.TryAddTo(waiting))
        {
            Report(null, "a page is waiting to be freed twice");
        }

        for (var page = 2; page < (int)source.Meta.HighWaterMark; page++)
        {
            var isFree = free.Contains(page);
            if (isFree && waiting.Contains(page))
            {
                Report((ulong)page, "already freed");
            }

            if (!_reachable.Contains(page) && !isFree && !waiting.Contains(page))
            {
                Report((ulong)page, "unreachable unfreed");
            }

            if (_reachable.Contains(page) && waiting.Contains(page))
            {
                Report((ulong)page, "reachable freed");
            }
        }
    }

    // Returns the last key of the subtree; empty if it has none or is damaged.
    private byte[] CheckTree(ulong pageId, in KeyRange range, int depth)
    {
        _stack.Add(pageId);
        try
        {
            TreeSearch.CheckDepth(source, depth, pageId);
            var page = source.Page(pageId);
            return Visit(page) ? CheckPage(page, range, depth) : [];
        }
        catch (CorruptionException corruption)
        {
            Report(pageId, corruption.Problem);
            return [];
        }
        finally
        {
            _stack.RemoveAt(_stack.Count - 1);
        }
    }

    // False if the page was seen before: going into it again might never end.
    private bool Visit(PageView page)
    {
        for (var i = 0; i <= page.Overflow; i++)
        {
            var id = (int)page.Id + i;
            if (!_reachable.Add(id))
            {
                Report((ulong)id, "multiple references");
                return false;
            }

            if (_free is not null && _free.Contains(id))
            {
                Report((ulong)id, "reachable freed");
            }
        }

        return true;
    }

    private byte[] CheckPage(PageView page, in KeyRange range, int depth)
    {
        if (page is { IsLeaf: true, Count: 0 } && depth > 0)
        {
            Report(page.Id, "empty leaf page below a branch");
        }

        var last = Array.Empty<byte>();
        for (var i = 0; i < page.Count; i++)
        {
            var key = page.Key(i).ToArray();
            CheckKey(page, i, key, last, range);
            last = key;
            if (page.IsLeaf)
            {
                CheckEntry(page, i, depth);
                continue;
            }

            var hasNext = i + 1 < page.Count;
            var child = new KeyRange(key, hasNext || range.HasHigh, hasNext ? page.Key(i + 1).ToArray() : range.High);
            var lastBelow = CheckTree(page.Child(i), child, depth + 1);
            last = lastBelow.Length > 0 ? lastBelow : last;
        }

        return last;
    }

    private void CheckKey(PageView page, int index, byte[] key, byte[] previous, in KeyRange range)
    {
        if (key.Length == 0)
        {
            Report(page.Id, $"key[{index}] is empty");
        }

        if (index == 0 && KeyOrder.Compare(key, range.Low) < 0)
        {
            Report(page.Id, "the first key needs to be >= the key in the ancestor");
        }

        if (index > 0 && KeyOrder.Compare(previous, key) >= 0)
        {
            Report(page.Id, $"key[{index}] needs to be > the element before it");
        }

        if (range.HasHigh && KeyOrder.Compare(key, range.High) >= 0)
        {
            Report(page.Id, $"key[{index}] needs to be < the key of the next element in the ancestor");
        }
    }

    private void CheckEntry(PageView page, int index, int depth)
    {
        // Reading the value checks that it lies in the page.
        var value = page.Value(index);
        if (!page.IsBucket(index))
        {
            return;
        }

        var outer = _bucket;
        _bucket = BucketName(page.Key(index));
        CheckBucket(page, index, value, depth);
        _bucket = outer;
    }

    private void CheckBucket(PageView page, int index, ReadOnlySpan<byte> value, int depth)
    {
        var location = page.EntryLocation(index, out var keySize, out _) + keySize;
        var bucket = BucketHeader.Read(value, location, source.Path, page.Id);
        if (!bucket.IsInline)
        {
            CheckTree(bucket.Root, new KeyRange([], HasHigh: false, []), depth: 0);
            return;
        }

        var inline = source.RootPage(bucket);
        if (depth <= Limits.TreeDepthMax)
        {
            CheckPage(inline, new KeyRange([], HasHigh: false, []), depth: 0);
        }
    }

    private static string BucketName(ReadOnlySpan<byte> name) =>
        name.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? $"0x{Convert.ToHexStringLower(name)}"
            : $"\"{Encoding.ASCII.GetString(name)}\"";

    private void Report(ulong? page, string reason)
    {
        if (_problems.Count < ProblemsMax)
        {
            _problems.Add(new DatabaseProblem(page is { } id ? new PageId(id) : null, Place(), reason));
        }
    }

    private string Place()
    {
        if (_stack.Count == 0)
        {
            return string.Empty;
        }

        var pages = string.Join(" > ", _stack);
        return _bucket.Length == 0 ? $"root bucket, pages {pages}" : $"bucket {_bucket}, pages {pages}";
    }

    // Keys allowed in a subtree: from Low to below High.
    private readonly record struct KeyRange(byte[] Low, bool HasHigh, byte[] High);
}
