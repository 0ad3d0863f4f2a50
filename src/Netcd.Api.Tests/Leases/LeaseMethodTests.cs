using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Leases;

public sealed class LeaseMethodTests
{
    private const string KeepAlive = "/etcdserverpb.Lease/LeaseKeepAlive";

    [Fact]
    public async Task Grant_without_id_gets_one_and_a_short_ttl_is_raised()
    {
        using var api = await TestApi.StartAsync();
        var result = await LeaseAsync(api, "LeaseGrant", new LeaseGrantRequest { TTL = 1 });
        var response = result.As(LeaseGrantResponse.Parser);
        Assert.True(response.ID > 0);
        Assert.Equal((2L, 1L), (response.TTL, response.Header.Revision));
    }

    [Fact]
    public async Task Grant_refuses_a_known_id_and_a_ttl_beyond_the_limit()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, -5);
        Assert.Equal(
            ErrorTable.For(Refusal.LeaseExists),
            (await LeaseAsync(api, "LeaseGrant", new LeaseGrantRequest { ID = -5, TTL = 10 })).Status);
        Assert.Equal(
            ErrorTable.For(Refusal.LeaseTtlTooLarge),
            (await LeaseAsync(api, "LeaseGrant", new LeaseGrantRequest { TTL = 9_000_000_001 })).Status);
    }

    [Fact]
    public async Task Revoke_deletes_the_keys_and_refuses_what_is_not_there()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 5);
        await api.PutAsync("a", "1", lease: 5);
        var response = (await LeaseAsync(api, "LeaseRevoke", new LeaseRevokeRequest { ID = 5 }))
            .As(LeaseRevokeResponse.Parser);
        Assert.Equal(3, response.Header.Revision);
        Assert.Empty((await api.GetAsync("a")).Kvs);
        Assert.Equal(
            ErrorTable.For(Refusal.LeaseNotFound),
            (await LeaseAsync(api, "LeaseRevoke", new LeaseRevokeRequest { ID = 5 })).Status);
    }

    [Fact]
    public async Task Time_to_live_tells_seconds_and_keys_and_of_an_unknown_lease_minus_one()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 5, ttl: 100);
        await api.PutAsync("a", "1", lease: 5);
        var request = new LeaseTimeToLiveRequest { ID = 5, Keys = true };
        var response = (await LeaseAsync(api, "LeaseTimeToLive", request)).As(LeaseTimeToLiveResponse.Parser);
        Assert.Equal((5L, 100L, "a"), (response.ID, response.GrantedTTL, Assert.Single(response.Keys).ToStringUtf8()));
        Assert.InRange(response.TTL, 99, 100);
        request.Keys = false;
        Assert.Empty(
            (await LeaseAsync(api, "LeaseTimeToLive", request)).As(LeaseTimeToLiveResponse.Parser).Keys);
        request.ID = 6;
        response = (await LeaseAsync(api, "LeaseTimeToLive", request)).As(LeaseTimeToLiveResponse.Parser);
        Assert.Equal((6L, -1L, 0L), (response.ID, response.TTL, response.GrantedTTL));
    }

    [Fact]
    public async Task Time_to_live_without_a_leader_is_no_leader()
    {
        using var api = await TestApi.StartAsync();
        api.Member.RenewalRefusal = Refusal.NoLeader;
        Assert.Equal(
            ErrorTable.For(Refusal.NoLeader),
            (await LeaseAsync(api, "LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = 5 })).Status);
    }

    [Fact]
    public async Task Leases_are_listed_the_next_to_expire_first()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 1, ttl: 300);
        await GrantAsync(api, 2, ttl: 100);
        await GrantAsync(api, 3, ttl: 200);
        var response = (await LeaseAsync(api, "LeaseLeases", new LeaseLeasesRequest())).As(LeaseLeasesResponse.Parser);
        Assert.Equal([2L, 3L, 1L], response.Leases.Select(lease => lease.ID));
    }

    [Fact]
    public async Task Keep_alive_answers_each_request_in_order_and_an_unknown_lease_with_zero()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 5, ttl: 60);
        var stream = api.Open(KeepAlive);
        stream.Send(new LeaseKeepAliveRequest { ID = 5 });
        stream.Send(new LeaseKeepAliveRequest { ID = 6 });
        stream.Send(new LeaseKeepAliveRequest { ID = 5 });
        var answers = new List<(long, long)>();
        for (var i = 0; i < 3; i++)
        {
            var response = await stream.NextAsync(LeaseKeepAliveResponse.Parser);
            Assert.Equal(api.Member.Id.Value, response.Header.MemberId);
            answers.Add((response.ID, response.TTL));
        }

        Assert.Equal([(5, 60), (6, 0), (5, 60)], answers);
        stream.HalfClose();
        Assert.Equal(Status.OK, await stream.End);
        stream.Close(StreamCloseReason.Finished);
    }

    [Fact]
    public async Task Keep_alives_wait_for_a_client_that_does_not_read()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 5, ttl: 60);
        var stream = api.Open(KeepAlive);
        stream.Room(1);
        for (var i = 0; i < 20; i++)
        {
            stream.Send(new LeaseKeepAliveRequest { ID = 5 });
        }

        stream.HalfClose();
        await stream.NextAsync(LeaseKeepAliveResponse.Parser);
        Assert.False(stream.HasMessage);
        stream.Room(int.MaxValue);
        for (var i = 1; i < 20; i++)
        {
            await stream.NextAsync(LeaseKeepAliveResponse.Parser);
        }

        Assert.Equal(Status.OK, await stream.End);
        stream.Close(StreamCloseReason.Finished);
    }

    [Theory]
    [InlineData(Refusal.NotPrimaryLessor)]
    [InlineData(Refusal.NoLeader)]
    [InlineData(Refusal.Timeout)]
    public async Task Keep_alive_ends_with_what_the_leader_cannot_be_asked_for(Refusal refusal)
    {
        using var api = await TestApi.StartAsync();
        api.Member.RenewalRefusal = refusal;
        var stream = api.Open(KeepAlive);
        stream.Send(new LeaseKeepAliveRequest { ID = 5 });
        Assert.Equal(ErrorTable.For(refusal), await stream.End);
        stream.Close(StreamCloseReason.Finished);
    }

    private static async Task GrantAsync(TestApi api, long id, long ttl = 60) =>
        (await LeaseAsync(api, "LeaseGrant", new LeaseGrantRequest { ID = id, TTL = ttl }))
            .As(LeaseGrantResponse.Parser);

    private static Task<CallResult> LeaseAsync(TestApi api, string name, Google.Protobuf.IMessage request) =>
        api.CallAsync($"/etcdserverpb.Lease/{name}", request);
}
