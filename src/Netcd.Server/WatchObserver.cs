using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server;

/// <summary>Passes the store's changes on to the watchers.</summary>
internal sealed class WatchObserver(WatchHub hub) : IWriteObserver
{
    public void Append(
        Revision revision, bool isTombstone, ReadOnlySpan<byte> key, ReadOnlySpan<byte> storedKeyValue) =>
        hub.Append(revision, isTombstone, key, storedKeyValue);
}
