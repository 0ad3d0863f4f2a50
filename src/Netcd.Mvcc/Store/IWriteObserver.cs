using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Hears every change of the store in revision order, on the writer's thread, as it is made: the watch hub. The change
/// becomes readable when the write transaction ends.
/// </summary>
public interface IWriteObserver
{
    /// <summary>One change; the spans are valid during the call.</summary>
    /// <param name="revision">Where the record lies.</param>
    /// <param name="isTombstone">Whether the key was deleted.</param>
    /// <param name="key">The user key.</param>
    /// <param name="storedKeyValue">The stored KeyValue; of a tombstone it has the key only.</param>
    void Append(Revision revision, bool isTombstone, ReadOnlySpan<byte> key, ReadOnlySpan<byte> storedKeyValue);
}
