using System.Text;
using Netcd.Base.Buffers;
using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests.Conformance;

public sealed class UnaryTests
{
    [Theory, Feeds]
    public async Task Answer_comes_with_headers_message_and_trailers(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Echo", "hello");

        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal("application/grpc", answer.ContentType);
        Assert.False(answer.IsTrailersOnly);
        Assert.Equal("hello", answer.Text);
    }

    [Theory, Feeds]
    public async Task Empty_message_is_a_message(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Echo", "");

        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal("", answer.Text);
    }

    [Theory, Feeds]
    public async Task Error_is_trailers_only_with_its_message_percent_encoded(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Refuse", "");

        Assert.True(answer.IsTrailersOnly);
        Assert.Equal("200 9 netcd: 50%25 of na%C3%AFve%0Aclients %E2%98%83", answer.StatusLine);
        Assert.Empty(answer.Messages);
    }

    [Theory, Feeds]
    public async Task Exception_in_a_handler_is_answered_and_logged_and_the_server_lives(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Throw", "");
        var next = await caller.CallAsync("Echo", "still here");

        Assert.Equal("200 2 internal error", answer.StatusLine);
        Assert.Equal("still here", next.Text);
        Assert.Contains("the handler broke", await server.Log.WaitForAsync("gRPC handler failed"));
    }

    [Theory, Feeds]
    public async Task Malformed_message_has_grpc_go_text(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Malformed", "x");

        Assert.Equal(
            "200 13 grpc: error unmarshalling request: proto: wrong wireType = 7 for field Key",
            answer.StatusLine);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("failed", StringComparison.Ordinal));
    }

    [Theory, Feeds]
    public async Task Metadata_is_seen_by_the_handler(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var token = await caller.CallAsync("Metadata", "token", ("token", "abc.7"), ("token", "second"));
        var binary = await caller.CallAsync("Metadata", "x-bin", ("x-bin", "AAECww"));
        var padded = await caller.CallAsync("Metadata", "x-bin", ("x-bin", "AAECww=="));
        var absent = await caller.CallAsync("Metadata", "hasleader");

        Assert.StartsWith("abc.7", token.Text, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 0xc3], binary.Messages.Single());
        Assert.Equal([0, 1, 2, 0xc3], padded.Messages.Single());
        Assert.Equal("200 5 hasleader", absent.StatusLine);
    }

    [Theory, Feeds]
    public async Task Pending_call_is_completed_from_another_thread(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Later", "later");

        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal("later", answer.Text);
    }

    [Theory, Feeds]
    public async Task Pending_call_may_end_with_an_error_or_a_source(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var first = caller.CallAsync("Never", "");
        var ticket = await server.Methods.Never.NextAsync();
        ticket.Complete(Reply.Error(new Status(StatusCode.Unavailable, "etcdserver: request timed out")));
        ticket.Owner.Flush();
        var second = caller.CallAsync("Never", "");
        ticket = await server.Methods.Never.NextAsync();
        ticket.Complete(Reply.Of(new CountingSource(300_000, server.Methods.Sources)));
        ticket.Owner.Flush();

        Assert.Equal("200 14 etcdserver: request timed out", (await first).StatusLine);
        Assert.Equal(300_000, (await second).Messages.Single().Length);
    }

    [Theory, Feeds]
    public async Task Second_completion_is_dropped_and_releases_what_it_brought(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var call = caller.CallAsync("Never", "");
        var ticket = await server.Methods.Never.NextAsync();
        ticket.Complete(Reply.Of(SharedBytes.CopyOf("one"u8)));
        ticket.Complete(Reply.Of(new CountingSource(10, server.Methods.Sources)));
        ticket.Owner.Flush();
        var answer = await call;

        Assert.Equal("one", answer.Text);
        await Eventually.TrueAsync(() => server.Methods.Sources.Released == 1);
    }

    [Theory, Feeds]
    public async Task Large_answer_is_pulled_from_its_source(Feed feed)
    {
        const int Length = 3_000_000;
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Large", GrpcCaller.Frame(BitConverter.GetBytes((long)Length)));

        var message = answer.Messages.Single();
        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal(Length, message.Length);
        Assert.True(message.Select((value, index) => value == index % 251).All(right => right));
        Assert.Equal(1, server.Methods.Sources.Released);
    }

    [Theory, Feeds]
    public async Task Client_that_leaves_releases_the_source_and_drops_the_late_answer(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        using var cancellation = new CancellationTokenSource();

        var call = caller.StartAsync(
            "/test.Service/Never", new ByteArrayContent(GrpcCaller.Frame([])), cancellation.Token);
        var ticket = await server.Methods.Never.NextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var echo = await caller.CallAsync("Echo", "after");
        ticket.Complete(Reply.Of(new CountingSource(10, server.Methods.Sources)));
        ticket.Owner.Flush();

        Assert.Equal("after", echo.Text);
        await Eventually.TrueAsync(() => server.Methods.Sources.Released == 1);
        Assert.Equal(0, server.Methods.Sources.FilledBytes);
    }

    [Theory, Feeds]
    public async Task Deadline_ends_a_pending_call(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Never", "", ("grpc-timeout", "50m"));
        var ticket = await server.Methods.Never.NextAsync();
        ticket.Complete(Reply.Of(new CountingSource(10, server.Methods.Sources)));
        ticket.Owner.Flush();

        Assert.Equal("200 4 context deadline exceeded", answer.StatusLine);
        await Eventually.TrueAsync(() => server.Methods.Sources.Released == 1);
    }

    [Theory, Feeds]
    public async Task Deadline_that_is_far_away_does_not_matter(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        foreach (var timeout in new[] { "99999999H", "10S", "3000m", "99999999n", "30M", "9000000u" })
        {
            Assert.Equal("200 0 ", (await caller.CallAsync("Later", "x", ("grpc-timeout", timeout))).StatusLine);
        }
    }

    [Theory, Feeds]
    public async Task Thousand_calls_on_ten_connections_are_answered_from_another_thread(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        var callers = Enumerable.Range(0, 10).Select(_ => new GrpcCaller(server.Address)).ToArray();

        var calls = Enumerable.Range(0, 1000).Select(async number =>
        {
            for (var round = 0; round < 10; round++)
            {
                var text = $"{number}/{round}";
                var answer = await callers[number % callers.Length].CallAsync("Later", text);
                Assert.Equal(text, answer.Text);
            }
        });
        await Task.WhenAll(calls);

        Array.ForEach(callers, caller => caller.Dispose());
    }

    [Theory, Feeds]
    public async Task Message_split_at_every_byte_is_put_together(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        var frame = GrpcCaller.Frame(Encoding.UTF8.GetBytes("split"));

        for (var cut = 1; cut < frame.Length; cut++)
        {
            using var content = new DuplexContent();
            var call = caller.SendAsync("/test.Service/Echo", content);
            await content.WriteAsync(frame[..cut]);
            await content.WriteAsync(frame[cut..]);
            content.End();
            Assert.Equal("split", (await call).Text);
        }
    }
}
