namespace Netcd.Server;

/// <summary>How a membership change ended.</summary>
/// <param name="Refusal"><see cref="Refusal.None"/> when it was carried out.</param>
/// <param name="Member">The member that was added; null for other changes.</param>
/// <param name="Members">All members afterwards, in ascending order of id; empty when refused.</param>
public sealed record MemberChange(Refusal Refusal, ClusterMember? Member, IReadOnlyList<ClusterMember> Members)
{
    public static MemberChange Refused(Refusal refusal) => new(refusal, null, []);
}
