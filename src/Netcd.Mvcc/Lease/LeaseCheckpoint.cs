using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Remaining seconds of a lease, to be proposed so that a new leader does not start over with the full TTL.
/// </summary>
public readonly record struct LeaseCheckpoint(LeaseId Id, long RemainingTtlSeconds);
