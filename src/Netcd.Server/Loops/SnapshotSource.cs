using Netcd.Base;
using Netcd.Base.Records;

namespace Netcd.Server.Loops;

/// <summary>All that a raft snapshot at an applied entry says; the key-value data is in the backend.</summary>
internal sealed record SnapshotSource(LogIndex Index, Term Term, ConfState ConfState, ReadOnlyMemory<byte> Data)
{
    internal Snapshot ToSnapshot() => new(new SnapshotMetadata(Index, Term, ConfState), Data);
}
