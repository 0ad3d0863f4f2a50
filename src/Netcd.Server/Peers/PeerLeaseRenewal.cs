namespace Netcd.Server.Peers;

/// <summary>
/// The leader's word on a renewal: the TTL in seconds, or a refusal (<see cref="Refusal.LeaseNotFound"/>,
/// <see cref="Refusal.NotPrimaryLessor"/> or <see cref="Refusal.NoLeader"/> when another member may be asked,
/// <see cref="Refusal.Timeout"/>).
/// </summary>
public readonly record struct PeerLeaseRenewal(Refusal Refusal, long TtlSeconds);
