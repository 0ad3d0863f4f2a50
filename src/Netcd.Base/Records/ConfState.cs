namespace Netcd.Base.Records;

/// <summary>
/// The membership configuration at a point of the log (raftpb.ConfState). Lists are sorted ascending and never
/// changed. The outgoing lists are empty unless a joint configuration is in force.
/// </summary>
public sealed record ConfState
{
    public static readonly ConfState Empty = new();

    public IReadOnlyList<MemberId> Voters { get; init; } = [];

    public IReadOnlyList<MemberId> Learners { get; init; } = [];

    public IReadOnlyList<MemberId> VotersOutgoing { get; init; } = [];

    public IReadOnlyList<MemberId> LearnersNext { get; init; } = [];

    public bool AutoLeave { get; init; }

    public bool Equals(ConfState? other) =>
        other is not null
        && AutoLeave == other.AutoLeave
        && Voters.SequenceEqual(other.Voters)
        && Learners.SequenceEqual(other.Learners)
        && VotersOutgoing.SequenceEqual(other.VotersOutgoing)
        && LearnersNext.SequenceEqual(other.LearnersNext);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var id in Voters)
        {
            hash.Add(id);
        }

        return hash.ToHashCode();
    }
}
