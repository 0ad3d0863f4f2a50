using Netcd.Api.Cluster;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Cluster;

public sealed class ClusterMethodTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Members_are_listed_under_a_header_without_revision(bool linearizable, bool mustWait)
    {
        using var api = await TestApi.StartAsync();
        api.Member.MustWaitForReads = mustWait;
        var response = (await ClusterAsync(api, "MemberList", new MemberListRequest { Linearizable = linearizable }))
            .As(MemberListResponse.Parser);
        Assert.Equal((0L, api.Member.Id.Value), (response.Header.Revision, response.Header.MemberId));
        var member = Assert.Single(response.Members);
        Assert.Equal(
            (api.Member.Id.Value, "one", "http://127.0.0.1:2380", "http://127.0.0.1:2379", false),
            (member.ID, member.Name, member.PeerURLs[0], member.ClientURLs[0], member.IsLearner));
    }

    [Fact]
    public async Task List_that_must_be_linearizable_hears_of_the_read_index()
    {
        using var api = await TestApi.StartAsync();
        api.Member.ReadIndexRefusal = Refusal.LeaderChanged;
        Assert.Equal(
            ErrorTable.For(Refusal.LeaderChanged),
            (await ClusterAsync(api, "MemberList", new MemberListRequest { Linearizable = true })).Status);
        Assert.True((await ClusterAsync(api, "MemberList", new MemberListRequest())).Status.IsOK);
    }

    [Fact]
    public async Task Members_that_are_not_there_are_not_found()
    {
        using var api = await TestApi.StartAsync();
        var notFound = ErrorTable.For(Refusal.MemberNotFound);
        Assert.Equal(notFound, (await ClusterAsync(api, "MemberRemove", new MemberRemoveRequest { ID = 9 })).Status);
        Assert.Equal(notFound, (await ClusterAsync(api, "MemberUpdate", new MemberUpdateRequest { ID = 9 })).Status);
        Assert.Equal(notFound, (await ClusterAsync(api, "MemberPromote", new MemberPromoteRequest { ID = 9 })).Status);
    }

    [Fact]
    public async Task Last_member_cannot_be_removed()
    {
        using var api = await TestApi.StartAsync();
        Assert.Equal(
            ErrorTable.For(Refusal.MemberNotEnoughStarted),
            (await ClusterAsync(api, "MemberRemove", new MemberRemoveRequest { ID = api.Member.Id.Value })).Status);
    }

    [Fact]
    public async Task Learner_is_added_and_shown()
    {
        using var api = await TestApi.StartAsync();
        var request = new MemberAddRequest { IsLearner = true, PeerURLs = { "http://127.0.0.1:2390" } };
        var response = (await ClusterAsync(api, "MemberAdd", request)).As(MemberAddResponse.Parser);
        Assert.Equal((true, ""), (response.Member.IsLearner, response.Member.Name));
        Assert.Equal(2, response.Members.Count);

        // The id is made of URLs and second: the same ones in the same second are one member.
        Assert.Equal(
            ErrorTable.For(Refusal.MemberExists), (await ClusterAsync(api, "MemberAdd", request)).Status);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            ErrorTable.For(Refusal.PeerUrlExists), (await ClusterAsync(api, "MemberAdd", request)).Status);
    }

    [Fact]
    public async Task Member_with_bad_urls_is_refused()
    {
        using var api = await TestApi.StartAsync();
        Assert.Equal(
            ErrorTable.For(Refusal.MemberBadUrls),
            (await ClusterAsync(api, "MemberAdd", new MemberAddRequest())).Status);
    }

    [Theory]
    [InlineData("http://127.0.0.1:2380",      true)]
    [InlineData("https://[::1]:2380",         true)]
    [InlineData(" http://host:2380 ",         true)]
    [InlineData("unix://localhost:2380",      true)]
    [InlineData("http://127.0.0.1",           false)]
    [InlineData("http://127.0.0.1:2380/path", false)]
    [InlineData("ftp://127.0.0.1:2380",       false)]
    [InlineData("127.0.0.1:2380",             false)]
    [InlineData("http://::1:2380",            false)]
    [InlineData("",                           false)]
    public void Peer_urls_are_taken_as_etcd_takes_them(string url, bool isValid) =>
        Assert.Equal(isValid, PeerUrls.AreValid([url]));

    private static Task<CallResult> ClusterAsync(TestApi api, string name, Google.Protobuf.IMessage request) =>
        api.CallAsync($"/etcdserverpb.Cluster/{name}", request);
}
