using System.Diagnostics.CodeAnalysis;
using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Peer;

/// <summary>
/// The way into the member: open from start to stop. <see cref="Close"/> waits for who is inside, so that none comes
/// after it; nobody stays inside for long. Thread safe.
/// </summary>
internal sealed class HostGate
{
    private IPeerHost? _host;

    // How many are inside. Any thread, interlocked.
    private int _inside;
    private volatile bool _closed;

    // 1 once the member knows that it was removed. Any thread, interlocked.
    private int _isRemovalTold;

    /// <summary>The member; null before it started. Its identity may be read at any time.</summary>
    public IPeerHost? Host => Volatile.Read(ref _host);

    /// <summary>Whether calls get through.</summary>
    public bool IsOpen => !_closed && Host is not null;

    public void Open(IPeerHost host)
    {
        Invariant.Check(Host is null);
        Volatile.Write(ref _host, host);
    }

    public void Close()
    {
        _closed = true;
        Interlocked.MemoryBarrier();
        var spin = default(SpinWait);
        while (Volatile.Read(ref _inside) != 0)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>
    /// Hands a message to raft; refused when there is nobody, or when it is of a kind that a member only ever tells
    /// itself.
    /// </summary>
    public PeerMessageResult Receive(Message message)
    {
        if (MessageTypes.IsLocal(message.Type) || !TryEnter(out var host))
        {
            return PeerMessageResult.Refused;
        }

        try
        {
            return host.Receive(message);
        }
        finally
        {
            Leave();
        }
    }

    public void ReportUnreachable(MemberId id) => Tell(id, static (host, id) => host.ReportUnreachable(id));

    public void ReportDisconnected(MemberId id) => Tell(id, static (host, id) => host.ReportDisconnected(id));

    /// <summary>Tells it one time, however many peers say it; true for that one.</summary>
    public bool TryReportRemovedFromCluster()
    {
        if (Interlocked.Exchange(ref _isRemovalTold, 1) != 0)
        {
            return false;
        }

        Tell(MemberId.None, static (host, _) => host.ReportRemovedFromCluster());
        return true;
    }

    public void ReportSnapshot(MemberId id, SnapshotStatus status) => Tell(
        (id, status), static (host, report) => host.ReportSnapshot(report.id, report.status));

    /// <summary>Null when there is nobody.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public IncomingSnapshot? OpenIncomingSnapshot(LogIndex index)
    {
        if (!TryEnter(out var host))
        {
            return null;
        }

        try
        {
            return host.OpenIncomingSnapshot(index);
        }
        finally
        {
            Leave();
        }
    }

    private void Tell<T>(T what, Action<IPeerHost, T> tell)
    {
        if (TryEnter(out var host))
        {
            try
            {
                tell(host, what);
            }
            finally
            {
                Leave();
            }
        }
    }

    // Counted first, looked at then: whoever closes waits for all that saw it open.
    private bool TryEnter([NotNullWhen(true)] out IPeerHost? host)
    {
        Interlocked.Increment(ref _inside);
        host = Host;
        if (!_closed && host is not null)
        {
            return true;
        }

        Leave();
        return false;
    }

    private void Leave() => Interlocked.Decrement(ref _inside);
}
