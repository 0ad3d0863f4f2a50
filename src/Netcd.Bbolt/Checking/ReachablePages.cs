using Netcd.Base;
using Netcd.Bbolt.Free;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Checking;

/// <summary>
/// Finds every page that belongs to a committed state; what is left below the high water mark is free.
/// </summary>
internal static class ReachablePages
{
    /// <exception cref="CorruptionException">A page is damaged, out of bounds or referenced twice.</exception>
    public static PageSet Find(PageSource source)
    {
        var reachable = new PageSet((int)source.Meta.HighWaterMark);
        reachable.Add(0);
        reachable.Add(1);
        Stack<ulong> waiting = new();
        waiting.Push(source.Meta.Root);
        while (waiting.TryPop(out var id))
        {
            var page = source.Page(id);
            Mark(source, reachable, page);
            if (page.IsLeaf)
            {
                PushBuckets(source, waiting, page);
                continue;
            }

            for (var i = 0; i < page.Count; i++)
            {
                waiting.Push(page.Child(i));
            }
        }

        return reachable;
    }

    private static void Mark(PageSource source, PageSet reachable, PageView page)
    {
        for (var i = 0; i <= page.Overflow; i++)
        {
            if (!reachable.Add((int)page.Id + i))
            {
                throw new CorruptionException($"{source.Path}: page {page.Id + (ulong)i}", "multiple references");
            }
        }
    }

    private static void PushBuckets(PageSource source, Stack<ulong> waiting, PageView page)
    {
        for (var i = 0; i < page.Count; i++)
        {
            if (!page.IsBucket(i))
            {
                continue;
            }

            var bucket = BucketHeader.Read(page.Value(i), 0, source.Path, page.Id);
            if (!bucket.IsInline)
            {
                waiting.Push(bucket.Root);
            }
        }
    }
}
