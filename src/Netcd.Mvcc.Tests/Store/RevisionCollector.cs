using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>Notes which revisions a walk over history visits.</summary>
internal sealed class RevisionCollector : IRevisionVisitor
{
    public List<Revision> Revisions { get; } = [];

    public bool Visit(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue)
    {
        Revisions.Add(revision);
        return true;
    }
}
