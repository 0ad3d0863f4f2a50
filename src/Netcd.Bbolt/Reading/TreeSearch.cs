using Netcd.Base;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Reading;

/// <summary>Point lookups in committed trees.</summary>
internal static class TreeSearch
{
    /// <summary>The leaf page that holds <paramref name="key"/> if any does.</summary>
    public static PageView Leaf(PageSource source, scoped in BucketHeader bucket, scoped ReadOnlySpan<byte> key)
    {
        var page = source.RootPage(bucket);
        var depth = 0;
        while (!page.IsLeaf)
        {
            CheckDepth(source, ++depth, page.Id);
            page = source.Page(page.Child(page.ChildIndex(key)));
        }

        return page;
    }

    public static void CheckDepth(PageSource source, int depth, ulong pageId)
    {
        if (depth > Limits.TreeDepthMax)
        {
            throw new CorruptionException(
                $"{source.Path}: page {pageId}",
                $"the tree is deeper than {Limits.TreeDepthMax} levels: a cycle of pages");
        }
    }
}
