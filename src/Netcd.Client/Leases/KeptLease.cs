namespace Netcd.Client.Leases;

/// <summary>A lease with those who want it kept alive; guarded by its keeper's lock.</summary>
internal sealed class KeptLease(long id)
{
    public long Id { get; } = id;

    public List<LeaseKeepAlive> Holders { get; } = [];

    /// <summary>Timestamp at which the lease counts as lost without another answer.</summary>
    public long Deadline { get; set; }

    /// <summary>Timestamp from which it is renewed again. Only an answer moves it: a request that was lost with its
    /// stream is sent again at the next one.</summary>
    public long RenewAt { get; set; }

    /// <summary>Timestamp from which the stream counts as dead without another answer.</summary>
    public long StalledAt { get; set; }
}
