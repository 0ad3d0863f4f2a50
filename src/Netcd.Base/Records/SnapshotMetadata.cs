namespace Netcd.Base.Records;

/// <summary>
/// Where in the log a snapshot stands and the configuration in force there (raftpb.SnapshotMetadata).
/// </summary>
public sealed record SnapshotMetadata(LogIndex Index, Term Term, ConfState ConfState)
{
    public static readonly SnapshotMetadata Empty = new(LogIndex.Zero, Term.Zero, ConfState.Empty);
}
