namespace Netcd.Bbolt;

/// <summary>One thing that the consistency check found wrong.</summary>
/// <param name="Page">The page; null if it is not the matter of one page.</param>
/// <param name="Place">
/// How it was come by: the bucket and the pages from its root down; empty where the tree has no part in it.
/// </param>
/// <param name="Reason">What is wrong.</param>
public sealed record DatabaseProblem(PageId? Page, string Place, string Reason)
{
    public override string ToString() => Page is { } page ? $"page {page}: {Reason}" : Reason;
}
