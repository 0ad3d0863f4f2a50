using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Mvcc;

namespace Netcd.Offline.Maintenance;

/// <summary>
/// The hash of the key space in a file, which members compare. The file is only read, and leases in it are no hindrance
/// (etcd's own tool changes the file and gives up on leased keys).
/// </summary>
public static class HashReader
{
    /// <param name="tools">Where the file lies.</param>
    /// <param name="path">A snapshot, or a database that no member uses.</param>
    /// <param name="revision">Up to which to hash; 0 for the newest.</param>
    /// <exception cref="OfflineException">
    /// The file is missing, damaged or in use, or the revision is not there.
    /// </exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static KeyValueHash Read(OfflineTools tools, string path, long revision)
    {
        DataFile.Require(tools.Disk, path);
        using var database = DataFile.Open(tools.Disk, path, new BboltOptions { ReadOnly = true });
        try
        {
            using var transaction = database.BeginRead();
            return FileHash.Read(transaction, revision, out var hash) switch
            {
                StoreStatus.Ok => hash,
                StoreStatus.Compacted => throw new OfflineException(
                    "mvcc: required revision has been compacted"),
                _ => throw new OfflineException("mvcc: required revision is a future revision"),
            };
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(corruption.Message, corruption);
        }
    }
}
