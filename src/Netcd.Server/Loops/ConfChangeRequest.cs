using Netcd.Base;
using Netcd.Raft.ConfChanges;

namespace Netcd.Server.Loops;

/// <summary>
/// A committed conf change on its way through the loops: the applier validated it, the raft loop puts it in force.
/// </summary>
/// <param name="Change">As in the log.</param>
/// <param name="Context">The member it is about.</param>
/// <param name="IsPromotion">Whether a learner becomes a voter.</param>
/// <param name="Refusal">Why it is not carried out; raft then only learns that it is no longer pending.</param>
/// <param name="Index">Where it stands in the log.</param>
/// <param name="IsFresh">Whether the backend does not have it yet.</param>
internal sealed record ConfChangeRequest(
    ConfChange Change, ClusterMember Context, bool IsPromotion, Refusal Refusal, LogIndex Index, bool IsFresh);
