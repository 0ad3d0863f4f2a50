using Netcd.Disk;
using Netcd.Raft;

namespace Netcd.Server.Boot;

/// <summary>
/// Waits while another process serves the data: as long as it takes, as etcd does, which says so in the log after ten
/// seconds. Nothing in the directory is read or tidied before. Source: openBackend of etcd's server/storage/backend.go.
/// </summary>
public static class DatabaseWait
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SilentTime = TimeSpan.FromSeconds(10);

    /// <summary>Ends when no process holds the database, or there is none yet.</summary>
    public static async Task RunAsync(MemberOptions options, CancellationToken cancellation)
    {
        var path = new DataLayout(options.DataDirectory, options.WalDirectory).Database;
        var start = options.Time.GetTimestamp();
        var isTold = false;
        while (IsHeld(options.Disk, path))
        {
            var waited = options.Time.GetElapsedTime(start);
            if (!isTold && waited >= SilentTime)
            {
                isTold = true;
                options.Log?.Log(
                    RaftLogLevel.Information,
                    "db file is flocked by another process, or taking too long",
                    new KeyValuePair<string, object?>("path", path),
                    new KeyValuePair<string, object?>("took", waited));
            }

            await Task.Delay(RetryInterval, options.Time, cancellation);
        }
    }

    private static bool IsHeld(IDisk disk, string path)
    {
        if (!disk.FileExists(path))
        {
            return false;
        }

        // Closing gives the lock up again; whoever opens the database then takes it for good.
        using var file = disk.Open(path, DiskOpenMode.Read);
        return !file.TryLock(DiskLock.Flock);
    }
}
