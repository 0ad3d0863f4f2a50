using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Corruption;
using Netcd.Server.Tests.Peers;

namespace Netcd.Server.Tests.Corruption;

internal sealed class FakeCorruptionHost : ICorruptionHost
{
    public MemberId Id => TestMembers.Self;

    public IReadOnlyList<KeyValueHash> CompactionHashes { get; set; } = [];

    /// <summary>Hashes of this member in the order in which they are asked for; the last one stays.</summary>
    internal Queue<KeyValueHash> Own { get; } = new();

    internal Func<long, IReadOnlyList<PeerHashReport>> Peers { get; set; } = _ => [];

    internal Refusal Read { get; set; }

    internal List<MemberId> Raised { get; } = [];

    public StoreStatus Hash(long revision, out KeyValueHash hash, out long currentRevision)
    {
        hash = Own.Count > 1 ? Own.Dequeue() : Own.Peek();
        currentRevision = hash.Revision;
        return StoreStatus.Ok;
    }

    public Task<IReadOnlyList<PeerHashReport>> PeerHashesAsync(long revision) => Task.FromResult(Peers(revision));

    public Task<Refusal> ReadIndexAsync() => Task.FromResult(Read);

    public void RaiseCorrupt(MemberId member) => Raised.Add(member);
}
