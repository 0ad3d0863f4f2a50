namespace Netcd.Mvcc;

/// <summary>How a lease operation ended.</summary>
public enum LeaseStatus
{
    Ok,

    /// <summary>etcd's ErrLeaseNotFound.</summary>
    NotFound,

    /// <summary>etcd's ErrLeaseExists.</summary>
    Exists,

    /// <summary>etcd's ErrLeaseTTLTooLarge.</summary>
    TtlTooLarge,

    /// <summary>etcd's ErrNotPrimary: only the leader's lessor renews.</summary>
    NotPrimary,

    /// <summary>
    /// Renew: the lease has run out and waits for its revocation; see <see cref="Lessor.WhenDecidedAsync"/>.
    /// </summary>
    Expired,

    /// <summary>Renew: a checkpoint of zero remaining seconds must be applied first.</summary>
    MustClearCheckpoint,
}
