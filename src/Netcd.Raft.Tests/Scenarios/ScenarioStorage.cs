using Netcd.Base.Records;
using Netcd.Raft.Log;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>A log in memory whose snapshot is always the state after the last applied entry.</summary>
internal sealed class ScenarioStorage : ILogStorage
{
    public MemoryLogStorage Memory { get; } = new();

    /// <summary>State after each applied entry; the state machine appends each entry's data to its own.</summary>
    public List<Snapshot> History { get; } = [];

    public LogIndex FirstIndex => Memory.FirstIndex;

    public LogIndex LastIndex => Memory.LastIndex;

    public HardState InitialHardState => Memory.InitialHardState;

    public ConfState InitialConfState => Memory.InitialConfState;

    public bool TryGetTerm(LogIndex index, out Term term) => Memory.TryGetTerm(index, out term);

    public bool TryGetEntries(LogIndex low, LogIndex high, ulong sizeBytesMax, out ReadOnlyMemory<Entry> entries) =>
        Memory.TryGetEntries(low, high, sizeBytesMax, out entries);

    public bool TryGetSnapshot(out Snapshot snapshot)
    {
        snapshot = History[^1];
        return !snapshot.IsEmpty;
    }
}
