using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.Apply;
using Netcd.Server.Corruption;
using Netcd.Server.Leasing;
using Netcd.Server.Peers;
using Netcd.Server.Requests;
using Netcd.Server.Versions;
using Netcd.Server.Waiting;

namespace Netcd.Server;

/// <summary>The member as the services see it that work above raft: leases, versions, corruption checks.</summary>
internal sealed class ClusterHost(Member member) : ILeaseHost, IVersionHost, ICorruptionHost
{
    // Upstream: applyTimeout of server/etcdserver/v3_server.go.
    private static readonly TimeSpan ApplyTimeout = TimeSpan.FromSeconds(1);

    // Upstream: isActive of server/etcdserver/server.go.
    private const int FreshTicks = 3;

    public MemberId Id => member.Id;

    public MemberId Leader => member.Leader;

    public IReadOnlyList<ClusterMember> Members => member.Members;

    public string ClusterVersion => member.ClusterVersion;

    public string DowngradeTarget => member.DowngradeTarget;

    public bool IsLeadershipFresh => member.Status.SoleLeaderTerm != Term.Zero || HasJustTicked;

    // In this order: the applied index only grows, so it may already cover a commit that is noted a moment later.
    public bool IsCaughtUp => member.AppliedIndex is var applied && applied >= member.CommittedIndex;

    public IReadOnlyList<KeyValueHash> CompactionHashes => member.Store.CompactionHashes();

    private bool HasJustTicked =>
        member.Options.Time.GetElapsedTime(member.Status.LastTick) < member.Options.TickInterval * FreshTicks;

    public Task<Refusal> ReadIndexAsync()
    {
        var waiter = new TaskReadWaiter();
        member.ReadIndex(waiter);
        return waiter.Result;
    }

    public async Task<Refusal> WaitAppliedAsync()
    {
        var waiter = new TaskReadWaiter();
        if (!member.Waiters.TryAdd(member.CommittedIndex, waiter))
        {
            return Refusal.None;
        }

        try
        {
            return await waiter.Result.WaitAsync(ApplyTimeout, member.Options.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return Refusal.TimeoutWaitAppliedIndex;
        }
    }

    public Task<Refusal> ClearCheckpointAsync(LeaseId lease) =>
        member.ProposeOwnAsync(InternalRequestKind.LeaseCheckpoint, EncodeCleared(lease));

    public Task<Refusal> ProposeClusterVersionAsync(string version) =>
        member.ProposeOwnAsync(InternalRequestKind.ClusterVersionSet, MembershipRequests.EncodeVersion(version));

    // DowngradeInfoSetRequest without fields: not enabled.
    public Task<Refusal> ProposeDowngradeEndAsync() =>
        member.ProposeOwnAsync(InternalRequestKind.DowngradeInfoSet, []);

    public StoreStatus Hash(long revision, out KeyValueHash hash, out long currentRevision) =>
        member.Store.HashKeyValues(revision, out hash, out currentRevision);

    public void RaiseCorrupt(MemberId corrupt) => member.RaiseAlarm(corrupt, AlarmType.Corrupt, static _ => { });

    public async Task<IReadOnlyList<PeerHashReport>> PeerHashesAsync(long revision)
    {
        if (member.Options.PeerClient is not { } peers)
        {
            return [];
        }

        var asked = new List<Task<PeerHashReport>>();
        foreach (var other in Members)
        {
            if (other.Id != Id && other.PeerUrls.Count > 0)
            {
                asked.Add(AskForHashAsync(peers, other, revision));
            }
        }

        return await Task.WhenAll(asked).ConfigureAwait(false);
    }

    // LeaseCheckpointRequest { checkpoints: [ { ID } ] }: a remaining TTL of zero is left out.
    private static byte[] EncodeCleared(LeaseId lease)
    {
        var inner = ProtoSize.Int64(1, lease.Value);
        var request = new byte[ProtoSize.Delimited(1, inner)];
        var writer = new ProtoWriter(request);
        writer.DelimitedHeader(1, inner);
        writer.Int64(1, lease.Value);
        return request;
    }

    // One URL after the other until one brings a hash; else what the last one said.
    private async Task<PeerHashReport> AskForHashAsync(IPeerClient peers, ClusterMember other, long revision)
    {
        var hash = new PeerHash(Refusal.Timeout, MemberId.None, default, 0);
        foreach (var url in other.PeerUrls)
        {
            using var limit = new CancellationTokenSource(member.Options.RequestTimeout, member.Options.Time);
            try
            {
                hash = await peers.HashAsync(url, member.ClusterId, revision, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                hash = new PeerHash(Refusal.Timeout, MemberId.None, default, 0);
            }

            if (hash.Refusal == Refusal.None)
            {
                break;
            }
        }

        return new PeerHashReport(other.Id, hash);
    }
}
