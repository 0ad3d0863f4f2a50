using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Receives records of bucket <c>key</c>.</summary>
public interface IRevisionVisitor
{
    /// <summary>One record; the span is valid during the call. False ends the visit.</summary>
    bool Visit(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue);
}
