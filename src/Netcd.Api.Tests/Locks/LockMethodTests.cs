using Google.Protobuf;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Api.Tests.Locks;

public sealed class LockMethodTests
{
    [Fact]
    public async Task A_free_lock_is_given_at_once_under_the_lease_in_hex()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 0x1f);
        var held = await Lock(api, "n", 0x1f).AnswerAsync(LockResponse.Parser);
        Assert.Equal(("n/1f", 2L), (held.Key.ToStringUtf8(), held.Header.Revision));
        var again = await Lock(api, "n", 0x1f).AnswerAsync(LockResponse.Parser);
        Assert.Equal(("n/1f", 2L), (again.Key.ToStringUtf8(), again.Header.Revision));
    }

    [Fact]
    public async Task Waiters_get_the_lock_in_the_order_in_which_they_came()
    {
        using var api = await TestApi.StartAsync();
        var waiting = new List<TestStream>();
        for (var lease = 1; lease <= 5; lease++)
        {
            // Ids fall, so that the order of names is not the order of creation.
            await GrantAsync(api, 100 - lease);
            waiting.Add(Lock(api, "n", 100 - lease));
            await KeysAsync(api, lease);
        }

        for (var i = 0; i < 5; i++)
        {
            var held = await waiting[i].AnswerAsync(LockResponse.Parser);
            Assert.All(waiting.Skip(i + 1), waiter => Assert.False(waiter.HasMessage));
            await Unlock(api, held.Key).AnswerAsync(UnlockResponse.Parser);
        }
    }

    [Fact]
    public async Task A_waiter_that_leaves_takes_its_key_with_it_and_the_next_one_waits_on()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 1);
        await GrantAsync(api, 2);
        await GrantAsync(api, 3);
        var first = await Lock(api, "n", 1).AnswerAsync(LockResponse.Parser);
        var second = Lock(api, "n", 2);
        await KeysAsync(api, 2);
        var third = Lock(api, "n", 3);
        await KeysAsync(api, 3);
        second.Close();
        await KeysAsync(api, 2);
        Assert.False(third.HasMessage);
        await Unlock(api, first.Key).AnswerAsync(UnlockResponse.Parser);
        Assert.Equal("n/3", (await third.AnswerAsync(LockResponse.Parser)).Key.ToStringUtf8());
    }

    [Fact]
    public async Task A_waiter_whose_lease_ended_meanwhile_hears_that_its_session_expired()
    {
        using var api = await TestApi.StartAsync();
        await GrantAsync(api, 1);
        await GrantAsync(api, 2);
        var first = await Lock(api, "n", 1).AnswerAsync(LockResponse.Parser);
        var second = Lock(api, "n", 2);
        await KeysAsync(api, 2);
        await api.CallAsync("/etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = 2 });
        await Unlock(api, first.Key).AnswerAsync(UnlockResponse.Parser);
        Assert.Equal(new Status(StatusCode.Unknown, "mutex: session is expired"), await second.End);
    }

    [Fact]
    public async Task Without_a_lease_one_of_a_minute_is_made()
    {
        using var api = await TestApi.StartAsync();
        var held = await Lock(api, "n", 0).AnswerAsync(LockResponse.Parser);
        var leases = (await api.CallAsync("/etcdserverpb.Lease/LeaseLeases", new LeaseLeasesRequest()))
            .As(LeaseLeasesResponse.Parser).Leases;
        var lease = Assert.Single(leases).ID;
        Assert.Equal($"n/{lease:x}", held.Key.ToStringUtf8());
        var times = await api.CallAsync("/etcdserverpb.Lease/LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = lease });
        Assert.Equal(60, times.As(LeaseTimeToLiveResponse.Parser).GrantedTTL);
    }

    [Theory]
    [InlineData(77, "etcdserver: requested lease not found")]
    [InlineData(-77, "etcdserver: requested lease not found")]
    public async Task A_lease_that_does_not_exist_is_refused_without_a_code(long lease, string text)
    {
        using var api = await TestApi.StartAsync();
        Assert.Equal(new Status(StatusCode.Unknown, text), await Lock(api, "n", lease).End);
    }

    [Fact]
    public async Task Unlock_of_nothing_is_well_and_of_an_empty_key_refused()
    {
        using var api = await TestApi.StartAsync();
        await Unlock(api, TestApi.Bytes("gone")).AnswerAsync(UnlockResponse.Parser);
        Assert.Equal(
            new Status(StatusCode.Unknown, "etcdserver: key is not provided"),
            await Unlock(api, ByteString.Empty).End);
    }

    [Fact]
    public async Task A_caller_without_a_user_is_refused_while_auth_is_on_and_leaves_no_key()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        Assert.Equal(
            new Status(StatusCode.Unknown, "etcdserver: user name is empty"), await Lock(api, "n", 0).End);
        await api.OkAsync("AuthDisable", new AuthDisableRequest(), await api.LoginAsync("root"));
        Assert.Empty((await KeysAsync(api, 0)).Kvs);
    }

    internal static Task GrantAsync(TestApi api, long id) =>
        api.CallAsync("/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { ID = id, TTL = 100 });

    /// <summary>Waits until so many keys are in line.</summary>
    internal static async Task<RangeResponse> KeysAsync(TestApi api, int count)
    {
        while (true)
        {
            var found = await api.RangeAsync(
                new RangeRequest { Key = TestApi.Bytes("n/"), RangeEnd = TestApi.Bytes("n0") });
            if (found.Count == count)
            {
                return found;
            }

            await Task.Yield();
        }
    }

    private static TestStream Lock(TestApi api, string name, long lease)
    {
        var call = api.Open("/v3lockpb.Lock/Lock");
        call.Send(new LockRequest { Name = TestApi.Bytes(name), Lease = lease });
        return call;
    }

    private static TestStream Unlock(TestApi api, ByteString key)
    {
        var call = api.Open("/v3lockpb.Lock/Unlock");
        call.Send(new UnlockRequest { Key = key });
        return call;
    }
}
