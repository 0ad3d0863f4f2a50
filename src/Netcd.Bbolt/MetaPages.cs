using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt;

/// <summary>
/// What the two meta pages hold: the active meta, in which page it is, and the other one if it is valid.
/// </summary>
internal sealed record MetaPages(Meta Active, int ActivePage, Meta? Other)
{
    /// <summary>
    /// Number of the next commit, whose parity chooses the page its meta is written to. Normally one more than the
    /// last, which is the page of the other meta. A snapshot may have its newest meta in the wrong page: overwriting
    /// that is harmless while the other points to the same state. If the other is damaged, one number is left out, so
    /// that the only valid meta is not the one that a torn write would destroy.
    /// </summary>
    public ulong NextTxId
    {
        get
        {
            var next = Active.TxId + 1;
            var isSameState = Other?.Root == Active.Root && Other.HighWaterMark == Active.HighWaterMark;
            return PageOf(next) == ActivePage && !isSameState ? next + 1 : next;
        }
    }

    public static int PageOf(ulong txId) => (int)(txId % 2);

    /// <summary>The higher transaction number wins among valid metas; null if neither is valid.</summary>
    public static MetaPages? Choose(Meta? first, Meta? second)
    {
        if (first is not null && (second is null || first.TxId > second.TxId))
        {
            return new MetaPages(first, 0, second);
        }

        return second is null ? null : new MetaPages(second, 1, first);
    }

    /// <summary>After a commit wrote <paramref name="meta"/>.</summary>
    public MetaPages After(Meta meta) => new(meta, PageOf(meta.TxId), Active);
}
