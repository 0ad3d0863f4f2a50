using Google.Protobuf;
using Netcd.Api.Tests.Locks;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.Election;

namespace Netcd.Api.Tests.Elections;

public sealed class ElectionMethodTests
{
    [Fact]
    public async Task Candidates_lead_one_after_the_other()
    {
        using var api = await TestApi.StartAsync();
        await LockMethodTests.GrantAsync(api, 9);
        await LockMethodTests.GrantAsync(api, 8);
        var first = await Campaign(api, 9, "a").AnswerAsync(CampaignResponse.Parser);
        Assert.Equal(
            ("n", "n/9", 2L, 9L),
            (first.Leader.Name.ToStringUtf8(), first.Leader.Key.ToStringUtf8(), first.Leader.Rev, first.Leader.Lease));
        var second = Campaign(api, 8, "b");
        await LockMethodTests.KeysAsync(api, 2);
        Assert.False(second.HasMessage);
        var leader = await Call(api, "Leader", Name).AnswerAsync(LeaderResponse.Parser);
        Assert.Equal(("n/9", "a"), (leader.Kv.Key.ToStringUtf8(), leader.Kv.Value.ToStringUtf8()));
        await Call(api, "Resign", new ResignRequest { Leader = first.Leader }).AnswerAsync(ResignResponse.Parser);
        Assert.Equal("n/8", (await second.AnswerAsync(CampaignResponse.Parser)).Leader.Key.ToStringUtf8());
    }

    [Fact]
    public async Task A_candidate_that_stands_again_keeps_its_place_with_the_new_value()
    {
        using var api = await TestApi.StartAsync();
        await LockMethodTests.GrantAsync(api, 9);
        var first = await Campaign(api, 9, "a").AnswerAsync(CampaignResponse.Parser);
        var again = await Campaign(api, 9, "b").AnswerAsync(CampaignResponse.Parser);
        Assert.Equal(first.Leader, again.Leader);
        var leader = await Call(api, "Leader", Name).AnswerAsync(LeaderResponse.Parser);
        Assert.Equal(("b", 2L), (leader.Kv.Value.ToStringUtf8(), leader.Kv.CreateRevision));
    }

    [Fact]
    public async Task A_candidate_that_leaves_while_it_waits_takes_its_key_with_it()
    {
        using var api = await TestApi.StartAsync();
        await LockMethodTests.GrantAsync(api, 9);
        await LockMethodTests.GrantAsync(api, 8);
        await Campaign(api, 9, "a").AnswerAsync(CampaignResponse.Parser);
        var second = Campaign(api, 8, "b");
        await LockMethodTests.KeysAsync(api, 2);
        second.Close(StreamCloseReason.DeadlineExceeded);
        Assert.Equal("n/9", (await LockMethodTests.KeysAsync(api, 1)).Kvs[0].Key.ToStringUtf8());
    }

    [Fact]
    public async Task Who_does_not_lead_may_not_proclaim_but_resign()
    {
        using var api = await TestApi.StartAsync();
        await LockMethodTests.GrantAsync(api, 9);
        var held = await Campaign(api, 9, "a").AnswerAsync(CampaignResponse.Parser);
        await Call(api, "Proclaim", new ProclaimRequest { Leader = held.Leader, Value = TestApi.Bytes("b") })
            .AnswerAsync(ProclaimResponse.Parser);
        held.Leader.Rev++;
        Assert.Equal(
            new Status(StatusCode.Unknown, "election: not leader"),
            await Call(api, "Proclaim", new ProclaimRequest { Leader = held.Leader, Value = TestApi.Bytes("c") }).End);
        await Call(api, "Resign", new ResignRequest { Leader = held.Leader }).AnswerAsync(ResignResponse.Parser);
        Assert.Equal("b", (await LockMethodTests.KeysAsync(api, 1)).Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public async Task What_is_missing_is_said_with_etcds_words()
    {
        using var api = await TestApi.StartAsync();
        var missing = new Status(StatusCode.Unknown, "\"leader\" field must be provided");
        Assert.Equal(missing, await Call(api, "Proclaim", new ProclaimRequest()).End);
        Assert.Equal(missing, await Call(api, "Resign", new ResignRequest()).End);
        Assert.Equal(new Status(StatusCode.Unknown, "election: no leader"), await Call(api, "Leader", Name).End);
        Assert.Equal(
            new Status(StatusCode.Unknown, "etcdserver: requested lease not found"), await Campaign(api, 5, "a").End);
    }

    [Fact]
    public async Task Observers_see_the_first_leader_its_values_and_the_next_leader()
    {
        using var api = await TestApi.StartAsync();
        await LockMethodTests.GrantAsync(api, 9);
        await LockMethodTests.GrantAsync(api, 8);
        var observer = Call(api, "Observe", Name);
        var first = await Campaign(api, 9, "a").AnswerAsync(CampaignResponse.Parser);
        Assert.Equal("a", await ValueAsync(observer));
        observer.Room(0);
        for (var i = 0; i < 20; i++)
        {
            var value = TestApi.Bytes($"a{i}");
            await Call(api, "Proclaim", new ProclaimRequest { Leader = first.Leader, Value = value })
                .AnswerAsync(ProclaimResponse.Parser);
        }

        var second = Campaign(api, 8, "b");
        await LockMethodTests.KeysAsync(api, 2);
        observer.Room(int.MaxValue);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"a{i}", await ValueAsync(observer));
        }

        await Call(api, "Resign", new ResignRequest { Leader = first.Leader }).AnswerAsync(ResignResponse.Parser);
        Assert.Equal("b", await ValueAsync(observer));
        await second.AnswerAsync(CampaignResponse.Parser);
        observer.Close();
    }

    private static LeaderRequest Name => new() { Name = TestApi.Bytes("n") };

    private static async Task<string> ValueAsync(TestStream observer) =>
        (await observer.NextAsync(LeaderResponse.Parser)).Kv.Value.ToStringUtf8();

    private static TestStream Campaign(TestApi api, long lease, string value) => Call(
        api,
        "Campaign",
        new CampaignRequest { Name = TestApi.Bytes("n"), Lease = lease, Value = TestApi.Bytes(value) });

    private static TestStream Call(TestApi api, string name, IMessage request)
    {
        var call = api.Open($"/v3electionpb.Election/{name}");
        call.Send(request);
        return call;
    }
}
