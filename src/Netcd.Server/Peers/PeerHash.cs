using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.Peers;

/// <summary>
/// A peer's hash of its key space, or why there is none: <see cref="Refusal.Compacted"/>,
/// <see cref="Refusal.FutureRevision"/>, <see cref="Refusal.ClusterIdMismatch"/>, or <see cref="Refusal.Timeout"/> when
/// it did not answer.
/// </summary>
/// <param name="Refusal">None when there is a hash.</param>
/// <param name="Member">Who answered; none if nobody did.</param>
/// <param name="Hash">Its revision is 0 from members before 3.6, who do not tell it.</param>
/// <param name="CurrentRevision">Of the answer's header.</param>
public readonly record struct PeerHash(
    Refusal Refusal, MemberId Member, KeyValueHash Hash, long CurrentRevision);
