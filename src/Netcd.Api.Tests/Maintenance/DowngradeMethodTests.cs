using Netcd.Api.Errors;
using Netcd.Api.Maintenance;
using Netcd.Api.Tests.Support;
using Netcd.Proto.EtcdServer;
using Netcd.Server;
using Action = Netcd.Proto.EtcdServer.DowngradeRequest.Types.DowngradeAction;

namespace Netcd.Api.Tests.Maintenance;

public sealed class DowngradeMethodTests
{
    [Theory]
    [InlineData("3.5",        true)]
    [InlineData("3.5.0",      true)]
    [InlineData("3.5.9",      true)]
    [InlineData("3.5.0-rc.1", true)]
    [InlineData("3",          false)]
    [InlineData("v3.5",       false)]
    [InlineData("",           false)]
    [InlineData("3.5.",       false)]
    [InlineData("3.5.0.1",    false)]
    public void Versions_are_read_as_etcd_reads_them(string text, bool isFine)
    {
        Assert.Equal(isFine, DowngradeVersion.TryParse(text, out var version));
        Assert.Equal(isFine ? "3.5" : "0.0", version.ToString());
    }

    [Fact]
    public async Task Target_must_be_one_minor_below_the_cluster()
    {
        using var api = await TestApi.StartAsync();
        Assert.True(DowngradeVersion.TryParse(api.Member.ClusterVersion, out var cluster));
        var request = new DowngradeRequest { Action = Action.Validate, Version = cluster.ToString() };
        Assert.Equal(
            ErrorTable.For(Refusal.InvalidDowngradeTargetVersion),
            (await api.MaintenanceAsync("Downgrade", request)).Status);
        request.Version = $"{cluster.Major}.{cluster.Minor - 1}.7";
        var response = (await api.MaintenanceAsync("Downgrade", request)).As(DowngradeResponse.Parser);
        Assert.Equal((cluster.ToString(), 1L), (response.Version, response.Header.Revision));
    }

    [Fact]
    public async Task Cancelling_without_a_downgrade_answers_as_if_there_were_one_and_writes_nothing()
    {
        using var api = await TestApi.StartAsync();
        var index = api.Member.CommittedIndex;
        var result = await api.MaintenanceAsync("Downgrade", new DowngradeRequest { Action = Action.Cancel });
        Assert.Equal("3.5", result.As(DowngradeResponse.Parser).Version);
        Assert.Equal(index, api.Member.CommittedIndex);
    }

    [Fact]
    public async Task Enabling_tells_all_members_the_target_with_a_patch_number_and_cancelling_ends_it()
    {
        using var api = await TestApi.StartAsync();
        var request = new DowngradeRequest { Action = Action.Enable, Version = "3.4" };
        Assert.Equal(
            "3.5", (await api.MaintenanceAsync("Downgrade", request)).As(DowngradeResponse.Parser).Version);
        Assert.Equal("3.4.0", api.Member.DowngradeTarget);
        Assert.Equal(
            ErrorTable.For(Refusal.DowngradeInProgress), (await api.MaintenanceAsync("Downgrade", request)).Status);
        request = new DowngradeRequest { Action = Action.Cancel };
        Assert.True((await api.MaintenanceAsync("Downgrade", request)).Status.IsOK);
        Assert.Equal("", api.Member.DowngradeTarget);
    }

    [Fact]
    public async Task Format_is_checked_before_anything_else()
    {
        using var api = await TestApi.StartAsync();
        api.Member.ReadIndexRefusal = Refusal.Timeout;
        var request = new DowngradeRequest { Version = "three" };
        Assert.Equal(
            ErrorTable.For(Refusal.WrongDowngradeVersionFormat),
            (await api.MaintenanceAsync("Downgrade", request)).Status);
        request.Action = (Action)7;
        Assert.Equal(
            ErrorTable.For(Refusal.UnknownMethod), (await api.MaintenanceAsync("Downgrade", request)).Status);
    }
}
