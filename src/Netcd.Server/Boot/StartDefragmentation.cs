using Netcd.Mvcc;
using Netcd.Raft;

namespace Netcd.Server.Boot;

/// <summary>
/// Defragments the backend before anybody uses it, if that frees enough. Upstream: server/etcdserver/bootstrap.go,
/// maybeDefragBackend.
/// </summary>
internal static class StartDefragmentation
{
    /// <param name="backend">The backend as it was opened.</param>
    /// <param name="thresholdBytes">What must be free at least; zero for never.</param>
    /// <param name="log">Takes log lines.</param>
    public static void Run(Backend backend, long thresholdBytes, IMemberLog? log)
    {
        if (thresholdBytes == 0)
        {
            return;
        }

        var size = backend.SizeBytes;
        var used = backend.SizeInUseBytes;
        if (size - used < thresholdBytes)
        {
            log?.Log(
                RaftLogLevel.Information,
                "Skipping defragmentation",
                new("current-db-size-bytes", size),
                new("current-db-size-in-use-bytes", used),
                new("experimental-bootstrap-defrag-threshold-bytes", thresholdBytes));
            return;
        }

        backend.Defragment();
        log?.Log(
            RaftLogLevel.Information,
            "finished defragmenting directory",
            new("current-db-size-bytes-diff", backend.SizeBytes - size),
            new("current-db-size-bytes", backend.SizeBytes));
    }
}
