using Netcd.Base;
using Netcd.Server.Leasing;
using Netcd.Server.Tests.Peers;

namespace Netcd.Server.Tests.Leasing;

internal sealed class FakeLeaseHost : ILeaseHost
{
    public MemberId Id => TestMembers.Self;

    public MemberId Leader { get; set; } = TestMembers.Self;

    public IReadOnlyList<ClusterMember> Members { get; set; } = TestMembers.Cluster(3);

    public bool IsLeadershipFresh { get; set; } = true;

    public bool IsCaughtUp { get; set; } = true;

    internal Func<Refusal> Read { get; set; } = () => Refusal.None;

    internal Refusal Applied { get; set; }

    internal Action<LeaseId> Cleared { get; set; } = _ => { };

    public Task<Refusal> ReadIndexAsync() => Task.FromResult(Read());

    public Task<Refusal> WaitAppliedAsync() => Task.FromResult(Applied);

    public Task<Refusal> ClearCheckpointAsync(LeaseId lease)
    {
        Cleared(lease);
        return Task.FromResult(Refusal.None);
    }
}
