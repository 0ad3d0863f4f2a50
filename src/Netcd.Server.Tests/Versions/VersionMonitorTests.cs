using Netcd.Base;
using Netcd.Server.Peers;
using Netcd.Server.Tests.Peers;
using Netcd.Server.Versions;
using Netcd.TestKit;

namespace Netcd.Server.Tests.Versions;

public sealed class VersionMonitorTests
{
    private readonly FakeVersionHost _host = new();
    private readonly FakePeerClient _peers = new();
    private readonly VersionMonitor _monitor;

    public VersionMonitorTests() => _monitor = new VersionMonitor(
        _host, _peers, new Release(3, 6), TimeSpan.FromSeconds(7), new ManualTime(), log: null);

    [Fact]
    public async Task The_leader_takes_the_lowest_version_of_all_members()
    {
        _peers.Versions = url => new PeerVersions(url == "http://m3" ? "3.5.30" : "3.6.14", "not_decided");
        await _monitor.SettleAsync();
        Assert.Equal(["3.5.0"], _host.Proposed);
        Assert.Equal(["http://m2", "http://m3"], _peers.Asked.Order());
    }

    [Fact]
    public async Task A_member_that_does_not_answer_leaves_a_new_cluster_at_the_lowest_version_until_it_does()
    {
        _peers.Versions = url => url == "http://m3" ? null : new PeerVersions("3.6.14", "not_decided");
        await _monitor.SettleAsync();
        await _monitor.SettleAsync();
        _peers.Versions = _ => new PeerVersions("3.6.14", "3.0.0");
        await _monitor.SettleAsync();
        Assert.Equal(["3.0.0", "3.6.0"], _host.Proposed);
    }

    [Fact]
    public async Task The_next_url_is_tried_when_one_does_not_answer()
    {
        _host.Members = [TestMembers.Of(1), TestMembers.Of(2) with { PeerUrls = ["http://x", "http://y"] }];
        _peers.Versions = url => url == "http://y" ? new PeerVersions("3.5.1", "3.5.0") : null;
        await _monitor.SettleAsync();
        Assert.Equal(["3.5.0"], _host.Proposed);
    }

    [Theory]
    [InlineData("3.x.1")]
    [InlineData("")]
    public async Task A_version_that_is_none_decides_nothing(string version)
    {
        _host.ClusterVersion = "3.5.0";
        _peers.Versions = _ => new PeerVersions(version, "3.5.0");
        await _monitor.SettleAsync();
        Assert.Empty(_host.Proposed);
    }

    [Fact]
    public async Task Followers_ask_nobody()
    {
        _host.Leader = new MemberId(2);
        await _monitor.SettleAsync();
        await _monitor.EndDowngradeAsync();
        Assert.Empty(_peers.Asked);
    }

    [Fact]
    public async Task A_leader_that_is_deposed_while_asking_proposes_nothing()
    {
        _peers.Versions = _ =>
        {
            _host.Leader = new MemberId(2);
            return new PeerVersions("3.6.14", "3.5.0");
        };
        await _monitor.SettleAsync();
        Assert.Empty(_host.Proposed);
    }

    [Fact]
    public async Task A_downgrade_lowers_the_cluster_and_ends_when_nobody_runs_more()
    {
        _host.ClusterVersion = "3.6.0";
        _host.DowngradeTarget = "3.5.0";
        _peers.Versions = _ => new PeerVersions("3.6.14", "3.6.0");
        await _monitor.SettleAsync();
        await _monitor.EndDowngradeAsync();
        Assert.Equal(["3.5.0"], _host.Proposed);
        _host.Members = [TestMembers.Of(2), TestMembers.Of(3)];
        _peers.Versions = _ => new PeerVersions("3.5.30", "3.5.0");
        await _monitor.EndDowngradeAsync();
        Assert.Equal(["3.5.0", "end"], _host.Proposed);
    }
}
