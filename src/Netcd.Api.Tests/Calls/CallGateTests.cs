using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Calls;

public sealed class CallGateTests
{
    private const string Range = "/etcdserverpb.KV/Range";
    private static readonly RangeRequest Request = new() { Key = TestApi.Bytes("a") };

    [Fact]
    public async Task Nothing_is_served_before_the_cluster_version_is_known()
    {
        using var api = await TestApi.StartAsync();
        api.Member.Capable = false;
        Assert.Equal(ErrorTable.NotCapable, (await api.CallAsync(Range, Request)).Status);
        Assert.Equal(ErrorTable.NotCapable, await api.Watch().End);
    }

    [Fact]
    public async Task Learner_serves_status_serializable_ranges_and_snapshots_only()
    {
        using var api = await TestApi.StartAsync();
        api.Member.Learner = true;
        Assert.Equal(ErrorTable.NotSupportedForLearner, (await api.CallAsync(Range, Request)).Status);
        var serializable = new RangeRequest { Key = TestApi.Bytes("a"), Serializable = true };
        Assert.True((await api.CallAsync(Range, serializable)).Status.IsOK);
        Assert.True((await api.MaintenanceAsync("Status", new StatusRequest())).Status.IsOK);
        Assert.Equal(
            ErrorTable.NotSupportedForLearner, (await api.CallAsync("/grpc.health.v1.Health/Check", [])).Status);
        Assert.Equal(ErrorTable.NotSupportedForLearner, await api.Watch().End);
    }

    [Fact]
    public async Task Client_that_demands_a_leader_is_refused_without_one()
    {
        using var api = await TestApi.StartAsync();
        api.Member.LeaderIs = MemberId.None;
        var serializable = new RangeRequest { Key = TestApi.Bytes("a"), Serializable = true };
        Assert.Equal(
            ErrorTable.For(Refusal.NoLeader),
            (await api.CallAsync(Range, serializable, ("hasleader", "true"))).Status);
        Assert.True((await api.CallAsync(Range, serializable, ("hasleader", "TRUE"))).Status.IsOK);
    }

    [Fact]
    public async Task Stream_that_demands_a_leader_ends_after_three_election_timeouts_without_one()
    {
        using var api = await TestApi.StartAsync();
        var demanding = api.Watch(("hasleader", "true"));
        var patient = api.Watch();
        api.Member.LeaderIs = MemberId.None;
        api.Time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.False(demanding.End.IsCompleted);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ErrorTable.For(Refusal.NoLeader), await demanding.End);
        Assert.False(patient.End.IsCompleted);
        demanding.Close(StreamCloseReason.Finished);
        patient.Close();
    }

    [Fact]
    public async Task Client_version_must_be_text()
    {
        using var api = await TestApi.StartAsync();
        Assert.Equal(
            ErrorTable.InvalidClientApiVersion,
            (await api.CallAsync(Range, Request, ("client-api-version", "\u00FF"))).Status);
        await api.CallAsync(Range, Request, ("client-api-version", "3.6"));
        var (_, _, page) = await api.WebAsync("/metrics");
        Assert.Contains(
            "etcd_server_client_requests_total{client_api_version=\"3.6\",type=\"unary\"} 1\n", page, StringComparison.Ordinal);
    }
}
