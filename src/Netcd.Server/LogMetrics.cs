using Netcd.Wal;

namespace Netcd.Server;

/// <summary>Takes what the log tells of its writes.</summary>
internal sealed class LogMetrics(MemberMetrics metrics) : IWalObserver
{
    public void Synced(TimeSpan duration)
    {
        // The batch as a whole is measured, which is what etcd's figure stands for.
    }

    public void Wrote(int bytes, TimeSpan duration)
    {
        metrics.LogWriteSeconds.Observe(duration.TotalSeconds);
        metrics.LogBytes.Add(bytes);
    }
}
