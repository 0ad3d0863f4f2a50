using Netcd.Base;
using Netcd.Server.Tests.Peers;
using Netcd.Server.Versions;

namespace Netcd.Server.Tests.Versions;

internal sealed class FakeVersionHost : IVersionHost
{
    public MemberId Id => TestMembers.Self;

    public MemberId Leader { get; set; } = TestMembers.Self;

    public IReadOnlyList<ClusterMember> Members { get; set; } = TestMembers.Cluster(3);

    public string ClusterVersion { get; set; } = "";

    public string DowngradeTarget { get; set; } = "";

    internal List<string> Proposed { get; } = [];

    public Task<Refusal> ProposeClusterVersionAsync(string version)
    {
        Proposed.Add(version);
        ClusterVersion = version;
        return Task.FromResult(Refusal.None);
    }

    public Task<Refusal> ProposeDowngradeEndAsync()
    {
        Proposed.Add("end");
        DowngradeTarget = "";
        return Task.FromResult(Refusal.None);
    }
}
