using System.Text;
using Netcd.Base;
using Netcd.Peer.Tests.Support;
using Netcd.Peer.Tests.Transport;
using Netcd.Raft.Messages;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Tests.Routes;

/// <summary>Each route's answers: status, body, headers, as Go's handlers give them.</summary>
public sealed class RouteTests
{
    private static readonly byte[] Heartbeat = MessageCodec.Encode(StreamTests.Heartbeat(2, 1, 5), MessageForm.V35);

    public static TheoryData<string, string, string, string?, int, string> RaftRefusals() => new()
    {
        // Why, method, path, header to change (name=value; empty value: absent), status, body.
        { "method", "GET", "/raft", null, 405, "Method Not Allowed\n" },
        { "method", "GET", "/raft/snapshot", null, 405, "Method Not Allowed\n" },
        { "method", "POST", "/raft/stream/message/2", null, 405, "Method Not Allowed\n" },
        { "old release", "POST", "/raft", "X-Server-Version=2.3.0", 412, "incompatible version\n" },
        { "no release", "POST", "/raft", "X-Server-Version=", 412, "incompatible version\n" },
        { "no version", "POST", "/raft", "X-Server-Version=x", 412, "incompatible version\n" },
        { "newer minimum", "POST", "/raft", "X-Min-Cluster-Version=3.7.0", 412, "incompatible version\n" },
        { "other cluster", "POST", "/raft", "X-Etcd-Cluster-Id=c2", 412, "cluster ID mismatch\n" },
        { "other cluster", "POST", "/raft/snapshot", "X-Etcd-Cluster-Id=c2", 412, "cluster ID mismatch\n" },
        { "other cluster", "GET", "/raft/stream/msgapp/2", "X-Etcd-Cluster-Id=c2", 412, "cluster ID mismatch\n" },
        { "stream kind", "GET", "/raft/stream/other/2", null, 404, "invalid path\n" },
        { "stream id", "GET", "/raft/stream/message/xyz", null, 404, "invalid from\n" },
        { "removed", "GET", "/raft/stream/message/dead", null, 410, "removed member\n" },
        { "unknown", "GET", "/raft/stream/message/9", null, 404, "error sender not found\n" },
        { "for another", "GET", "/raft/stream/message/2", "X-Raft-To=77", 412, "to field mismatch\n" },
        { "path", "GET", "/raft/other", null, 404, "404 page not found\n" },
    };

    [Theory]
    [MemberData(nameof(RaftRefusals))]
    public async Task Raft_traffic_is_refused(
        string why, string method, string path, string? change, int status, string body)
    {
        await using var peer = await StartAsync();
        using var request = Request(peer, method, path);
        if (change?.Split('=') is [var name, var value])
        {
            request.Headers.Remove(name);
            if (value.Length > 0)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var answer = await SendAsync(request);
        Assert.True(status == (int)answer.StatusCode, $"{why}: {answer.StatusCode}");
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(
            status != 405 && path != "/raft/other", answer.Headers.Contains("X-Etcd-Cluster-Id"));
        if (path.StartsWith("/raft/stream/", StringComparison.Ordinal) && status != 405)
        {
            Assert.Equal("3.6.14", answer.Headers.GetValues("X-Server-Version").Single());
        }
    }

    [Theory]
    [InlineData(PeerMessageResult.Accepted, 204, "")]
    [InlineData(PeerMessageResult.RemovedMember, 500, "error processing raft message\n")]
    [InlineData(PeerMessageResult.MismatchMember, 500, "error processing raft message\n")]
    [InlineData(PeerMessageResult.Refused, 500, "error processing raft message\n")]
    public async Task A_message_is_answered_as_the_member_takes_it(PeerMessageResult result, int status, string body)
    {
        await using var peer = await StartAsync();
        peer.Host.Result = result;
        var answer = await PostAsync(peer, "/raft", Heartbeat);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal("c1", answer.Headers.GetValues("X-Etcd-Cluster-Id").Single());
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        await using var peer = await StartAsync();
        var answer = await PostAsync(peer, "/raft", [0xff, 0xff]);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("error unmarshalling raft message\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal(413, (int)(await PostAsync(peer, "/raft", new byte[Limits.MessageBytesMin + 1])).StatusCode);
        Assert.Equal(204, (int)(await PostAsync(peer, "/raft", Heartbeat)).StatusCode);
    }

    [Theory]
    [InlineData(MessageType.Hup)]
    [InlineData(MessageType.StorageAppendResp)]
    [InlineData(MessageType.Snap)]
    public async Task Messages_that_no_member_sends_this_way_do_not_reach_raft(MessageType type)
    {
        await using var peer = await StartAsync();
        var message = StreamTests.Heartbeat(2, 1, 5) with { Type = type };
        Assert.Equal(
            500, (int)(await PostAsync(peer, "/raft", MessageCodec.Encode(message, MessageForm.V36))).StatusCode);
        Assert.False(peer.Host.Received.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData("", 400, "failed to decode raft message (EOF)\n")]
    [InlineData("0000010000000000", 400, "failed to decode raft message (rafthttp: error limit exceeded)\n")]
    [InlineData("00000000000000100803", 400, "failed to decode raft message (unexpected EOF)\n")]
    [InlineData("0000000000000002FFFF", 400, "failed to decode raft message (unexpected EOF)\n")]
    [InlineData("00000000000000020808", 400, "wrong raft message type\n")]
    public async Task A_snapshot_request_without_a_snapshot_is_refused(string hex, int status, string body)
    {
        await using var peer = await StartAsync();
        var answer = await PostAsync(peer, "/raft/snapshot", Convert.FromHexString(hex));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Before_the_member_runs_peers_are_asked_to_come_again()
    {
        await using var peer = await TestPeer.StartAsync(1, isStarted: false);
        Assert.Equal(503, (int)(await PostAsync(peer, "/raft", Heartbeat)).StatusCode);
        Assert.Equal(503, (int)(await GetAsync(peer, "/members")).StatusCode);
    }

    [Theory]
    [InlineData(
        "/members",
        "[{\"id\":1,\"peerURLs\":[\"http://127.0.0.1:41501\"],\"name\":\"a\","
        + "\"clientURLs\":[\"http://127.0.0.1:41301\"]},"
        + "{\"id\":2,\"peerURLs\":[\"http://127.0.0.1:41503\"],\"isLearner\":true}]\n")]
    [InlineData("/version", "{\"etcdserver\":\"3.6.14\",\"etcdcluster\":\"3.6.0\",\"storage\":\"3.6.0\"}")]
    [InlineData("/downgrade/enabled", "false")]
    public async Task Questions_about_the_member_are_answered(string path, string body)
    {
        await using var peer = await StartAsync();
        var answer = await GetAsync(peer, path);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal(path != "/version", answer.Headers.Contains("X-Etcd-Cluster-Id"));
        Assert.Equal(
            path == "/downgrade/enabled" ? "text/plain" : "application/json",
            answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Probing_tells_the_time()
    {
        await using var peer = await StartAsync();
        var answer = await GetAsync(peer, "/raft/probing");
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Matches(
            "^\\{\"OK\":true,\"Now\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?Z\"\\}\n$",
            await answer.Content.ReadAsStringAsync());
    }

    // The bytes are those that Go members exchanged (captures, cluster-3.6.14/00013-a).
    [Theory]
    [InlineData("/leases", "084D", "104D18D804")]
    [InlineData("/leases/internal", "0A04084D1001", "0A0E0A00104D18D70420D8042A026B31")]
    public async Task Leases_are_renewed_and_looked_up(string path, string request, string response)
    {
        await using var peer = await StartAsync();
        var answer = await PostAsync(peer, path, Convert.FromHexString(request));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(response, Convert.ToHexString(await answer.Content.ReadAsByteArrayAsync()));
        Assert.Equal("application/protobuf", answer.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData("/leases", Refusal.LeaseNotFound, 404, "lease not found\n")]
    [InlineData("/leases", Refusal.NotPrimaryLessor, 400, "not a primary lessor\n")]
    [InlineData("/leases/internal", Refusal.LeaseNotFound, 404, "lease not found\n")]
    [InlineData("/leases/internal", Refusal.NotPrimaryLessor, 500, "not a primary lessor\n")]
    [InlineData(
        "/leases", Refusal.TimeoutWaitAppliedIndex, 408,
        "waiting for node to catch up its applied index has timed out\n")]
    [InlineData("/members/promote/2", Refusal.MemberNotFound, 404, "membership: ID not found\n")]
    [InlineData(
        "/members/promote/2", Refusal.MemberNotLearner, 412, "membership: can only promote a learner member\n")]
    [InlineData(
        "/members/promote/2", Refusal.LearnerNotReady, 412,
        "etcdserver: can only promote a learner member which is in sync with leader\n")]
    [InlineData("/members/promote/2", Refusal.NoLeader, 500, "{\"message\":\"Internal Server Error\"}")]
    [InlineData("/members/promote/x", Refusal.None, 404, "member x not found in cluster\n")]
    public async Task What_the_member_refuses_has_a_status(string path, Refusal refusal, int status, string body)
    {
        await using var peer = await StartAsync(refusal);
        var answer = await PostAsync(peer, path, [0x08, 0x4d]);
        if (path == "/leases/internal")
        {
            answer = await PostAsync(peer, path, Convert.FromHexString("0A04084D1001"));
        }

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_lease_request_longer_than_any_is_refused()
    {
        await using var peer = await StartAsync();
        Assert.Equal(413, (int)(await PostAsync(peer, "/leases", new byte[65_537])).StatusCode);
    }

    [Theory]
    [InlineData(
        "{}", "c1", Refusal.None, 200,
        "{\"header\":{\"revision\":9},\"hash\":7,\"compact_revision\":2,\"hash_revision\":9}")]
    [InlineData(
        "{\"revision\":5}", "c1", Refusal.None, 200,
        "{\"header\":{\"revision\":9},\"hash\":7,\"compact_revision\":2,\"hash_revision\":5}")]
    [InlineData("{\"revision\":5}", "c1", Refusal.Compacted, 400, "mvcc: required revision has been compacted\n")]
    [InlineData(
        "{\"revision\":5}", "c1", Refusal.FutureRevision, 400,
        "mvcc: required revision is a future revision\n")]
    [InlineData("{\"revision\":5}", "c2", Refusal.None, 412, "cluster ID mismatch\n")]
    [InlineData("[", "c1", Refusal.None, 400, "error unmarshalling request\n")]
    public async Task Hashes_are_told(string request, string cluster, Refusal refusal, int status, string body)
    {
        await using var peer = await StartAsync(refusal);
        using var message = Request(peer, "GET", "/members/hashkv");
        message.Headers.Remove("X-Etcd-Cluster-Id");
        message.Headers.TryAddWithoutValidation("X-Etcd-Cluster-Id", cluster);
        message.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(request));
        var answer = await SendAsync(message);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Questions_to_another_member_get_what_it_says()
    {
        await using var peer = await StartAsync();
        await using var asker = await TestPeer.StartAsync(2);
        var client = asker.Transport.Client;
        var cancellation = TestTimeout.Token();
        var members = await client.MembersAsync(peer.Url, cancellation);
        Assert.Equal(0xc1UL, members?.ClusterId);
        Assert.Equal([false, true], members?.Members.Select(member => member.IsLearner));
        Assert.Equal(new PeerVersions("3.6.14", "3.6.0", "3.6.0"), await client.VersionAsync(peer.Url, cancellation));
        Assert.Equal(false, await client.IsDowngradeEnabledAsync(peer.Url, cancellation));
        Assert.Equal(
            new PeerLeaseRenewal(Refusal.None, 600),
            await client.RenewLeaseAsync(peer.Url, new LeaseId(77), cancellation));
        var times = await client.LeaseTimesAsync(peer.Url, new LeaseId(77), true, cancellation);
        Assert.Equal((599L, 600L, 1), (times.TtlSeconds, times.GrantedTtlSeconds, times.Keys.Count));
        Assert.Equal(2, (await client.PromoteAsync(peer.Url, new MemberId(2), "token.1", cancellation)).Members.Count);
        var hash = await client.HashAsync(peer.Url, 0xc1, 5, cancellation);
        Assert.Equal(
            (Refusal.None, 7u, 5L, 9L),
            (hash.Refusal, hash.Hash.Hash, hash.Hash.Revision, hash.CurrentRevision));
        Assert.Equal(Refusal.ClusterIdMismatch, (await client.HashAsync(peer.Url, 0xc2, 5, cancellation)).Refusal);
    }

    [Theory]
    [InlineData(Refusal.LeaseNotFound)]
    [InlineData(Refusal.NotPrimaryLessor)]
    [InlineData(Refusal.Compacted)]
    [InlineData(Refusal.FutureRevision)]
    [InlineData(Refusal.MemberNotFound)]
    [InlineData(Refusal.MemberNotLearner)]
    [InlineData(Refusal.LearnerNotReady)]
    public async Task A_refusal_is_understood_by_who_asked(Refusal refusal)
    {
        await using var peer = await StartAsync(refusal);
        await using var asker = await TestPeer.StartAsync(2);
        var client = asker.Transport.Client;
        var cancellation = TestTimeout.Token();
        Assert.Contains(refusal, new[]
        {
            (await client.RenewLeaseAsync(peer.Url, new LeaseId(77), cancellation)).Refusal,
            (await client.PromoteAsync(peer.Url, new MemberId(2), "token.1", cancellation)).Refusal,
            (await client.HashAsync(peer.Url, 0xc1, 5, cancellation)).Refusal,
        });
    }

    [Fact]
    public async Task Nobody_there_is_no_answer()
    {
        await using var asker = await TestPeer.StartAsync(2);
        var client = asker.Transport.Client;
        Assert.Null(await client.MembersAsync("http://127.0.0.1:1", TestTimeout.Token()));
        Assert.Null(await client.VersionAsync("nonsense", TestTimeout.Token()));
        Assert.Equal(
            Refusal.Timeout,
            (await client.RenewLeaseAsync("http://127.0.0.1:1", new LeaseId(1), TestTimeout.Token())).Refusal);
    }

    private static async Task<TestPeer> StartAsync(Refusal refusal = Refusal.None)
    {
        var peer = await TestPeer.StartAsync(1);
        peer.Transport.Service = new FakeService { Refusal = refusal };
        peer.Host.Removed[new MemberId(0xdead)] = true;
        peer.Transport.AddPeer(new MemberId(2), ["http://127.0.0.1:1"]);
        return peer;
    }

    private static HttpRequestMessage Request(TestPeer peer, string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), peer.Url + path);
        request.Headers.TryAddWithoutValidation("X-Server-From", "2");
        request.Headers.TryAddWithoutValidation("X-Server-Version", "3.5.30");
        request.Headers.TryAddWithoutValidation("X-Min-Cluster-Version", "3.0.0");
        request.Headers.TryAddWithoutValidation("X-Etcd-Cluster-Id", "c1");
        request.Headers.TryAddWithoutValidation("X-Raft-To", "1");
        return request;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using var client = new HttpClient();
        return await client.SendAsync(request, TestTimeout.Token());
    }

    private static Task<HttpResponseMessage> GetAsync(TestPeer peer, string path) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, peer.Url + path));

    private static Task<HttpResponseMessage> PostAsync(TestPeer peer, string path, byte[] body)
    {
        var request = Request(peer, "POST", path);
        request.Content = new ByteArrayContent(body);
        return SendAsync(request);
    }
}
