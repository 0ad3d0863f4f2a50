using Netcd.Base;
using Netcd.Server.Membership;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Offline.Checking;

/// <summary>
/// Whether the newest snapshot of a stopped member holds users' version 2 keys, which releases from 3.6 on refuse to
/// start with. Source: etcd 3.5's etcdutl/etcdutl/check_command.go.
/// </summary>
public static class V2StoreCheck
{
    /// <exception cref="OfflineException">There is such content, or the files cannot be read.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Run(OfflineTools tools, string dataDirectory, string? walDirectory)
    {
        var layout = new DataDirectory(dataDirectory, walDirectory);
        DataDirectory.Require(tools.Disk, layout.Wal);
        if (!WriteAheadLog.Exists(tools.Disk, layout.Wal))
        {
            return;
        }

        try
        {
            var valid = WriteAheadLog.ValidSnapshots(tools.Disk, layout.Wal);
            DataDirectory.Require(tools.Disk, layout.Snapshots);
            var damaged = new List<CorruptionException>();
            var snapshot = new SnapshotDirectory(tools.Disk, layout.Snapshots).LoadNewest(valid, damaged);
            foreach (var corruption in damaged)
            {
                tools.Warn(
                    "failed to read a snap file", new KeyValuePair<string, object?>("error", corruption.Message));
            }

            if (snapshot is not null && V2Tree.HoldsUserKeys(snapshot.Data, layout.Snapshots))
            {
                throw new OfflineException("detected custom content in v2store");
            }
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(corruption.Message, corruption);
        }
    }
}
