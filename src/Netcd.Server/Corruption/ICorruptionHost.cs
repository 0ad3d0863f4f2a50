using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.Corruption;

/// <summary>The member as the corruption checks see it. Thread safe.</summary>
internal interface ICorruptionHost
{
    MemberId Id { get; }

    /// <summary>Hash of the key space here, 0 for the newest revision. Blocks while it reads.</summary>
    StoreStatus Hash(long revision, out KeyValueHash hash, out long currentRevision);

    /// <summary>Hashes kept from the last compactions, in no order.</summary>
    IReadOnlyList<KeyValueHash> CompactionHashes { get; }

    /// <summary>Asks every other member for its hash at a revision, each once.</summary>
    Task<IReadOnlyList<PeerHashReport>> PeerHashesAsync(long revision);

    Task<Refusal> ReadIndexAsync();

    /// <summary>Raises CORRUPT for a member through the log; none stands for the cluster as a whole.</summary>
    void RaiseCorrupt(MemberId member);
}
