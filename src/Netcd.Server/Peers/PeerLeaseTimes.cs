namespace Netcd.Server.Peers;

/// <summary>The leader's view of a lease, or a refusal as for <see cref="PeerLeaseRenewal"/>.</summary>
public sealed record PeerLeaseTimes(
    Refusal Refusal, long TtlSeconds, long GrantedTtlSeconds, IReadOnlyList<ReadOnlyMemory<byte>> Keys);
