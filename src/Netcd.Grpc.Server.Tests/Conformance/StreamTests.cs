using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests.Conformance;

public sealed class StreamTests
{
    [Theory, Feeds]
    public async Task Messages_go_both_ways_while_the_call_is_open(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        using var content = new DuplexContent();

        var starting = caller.StartAsync("/test.Service/Chat", content, TestTimeout.Token());
        await content.WriteAsync("one");
        using var response = await starting;
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal("one", await MessageStream.NextTextAsync(body));
        await content.WriteAsync("two");
        Assert.Equal("two", await MessageStream.NextTextAsync(body));
        content.End();

        Assert.Equal("bye", await MessageStream.NextTextAsync(body));
        Assert.Null(await MessageStream.NextTextAsync(body));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal(StreamCloseReason.Finished, await server.Methods.Chat.NextClosedAsync());
    }

    [Theory, Feeds]
    public async Task Several_messages_in_one_frame_come_in_order(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync(
            "Chat",
            [.. GrpcCaller.Frame("a"u8), .. GrpcCaller.Frame("b"u8), .. GrpcCaller.Frame("c"u8)]);

        Assert.Equal(["a", "b", "c", "bye"], answer.Messages.Select(System.Text.Encoding.UTF8.GetString));
        Assert.Equal("200 0 ", answer.StatusLine);
    }

    [Theory, Feeds]
    public async Task Handler_may_end_before_the_client_half_closes(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        using var content = new DuplexContent();

        var call = caller.StartAsync("/test.Service/Chat", content, TestTimeout.Token());
        await content.WriteAsync("finish");
        using var response = await call;
        var answer = GrpcCaller.Answer(response, await response.Content.ReadAsByteArrayAsync());
        content.End();

        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal(StreamCloseReason.Finished, await server.Methods.Chat.NextClosedAsync());
    }

    [Theory, Feeds]
    public async Task Error_after_messages_is_in_the_trailers(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Chat", [.. GrpcCaller.Frame("a"u8), .. GrpcCaller.Frame("fail"u8)]);

        Assert.Equal("200 10 as asked", answer.StatusLine);
        Assert.Equal("a", answer.Text);
    }

    [Theory, Feeds]
    public async Task Exception_ends_the_call_only(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Chat", "throw");
        var next = await caller.CallAsync("Echo", "alive");

        Assert.Equal("200 2 internal error", answer.StatusLine);
        Assert.Equal("alive", next.Text);
        await server.Log.WaitForAsync("the stream broke");
    }

    [Theory, Feeds]
    public async Task Call_refused_at_its_opening_hears_nothing_more(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Chat", GrpcCaller.Frame("a"u8), ("refuse", "1"));
        var call = await server.Methods.Chat.NextOpenedAsync();

        Assert.Equal("200 7 not you", answer.StatusLine);
        Assert.Equal(StreamCloseReason.Finished, await server.Methods.Chat.NextClosedAsync());
        Assert.Equal(0, call.Messages);
    }

    [Theory, Feeds]
    public async Task Messages_from_other_threads_leave_by_themselves(Feed feed)
    {
        const int Writers = 4;
        const int Each = 200;
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        using var content = new DuplexContent();

        var starting = caller.StartAsync("/test.Service/Chat", content, TestTimeout.Token());
        var call = await server.Methods.Chat.NextOpenedAsync();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.True(call.Output.TryWrite([(byte)writer, (byte)i], null));
            }
        })).ToArray();
        using var response = await starting;
        await using var body = await response.Content.ReadAsStreamAsync();
        var next = new int[Writers];
        for (var i = 0; i < Writers * Each; i++)
        {
            var message = await MessageStream.NextAsync(body) ?? [];
            Assert.Equal(next[message[0]]++, message[1]);
        }

        await Task.WhenAll(writers);
        call.Output.Finish(Status.OK);
        Assert.Null(await MessageStream.NextAsync(body));
        content.End();
    }

    [Theory, Feeds]
    public async Task Cancellation_reaches_the_handler(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        using var content = new DuplexContent();

        var starting = caller.StartAsync("/test.Service/Chat", content, TestTimeout.Token());
        await content.WriteAsync("x");
        var response = await starting;
        response.Dispose();
        content.End();

        Assert.Equal(StreamCloseReason.Canceled, await server.Methods.Chat.NextClosedAsync());
        var call = await server.Methods.Chat.NextOpenedAsync();
        Assert.True(call.Output.TryWrite("late"u8, null));
    }

    [Theory, Feeds]
    public async Task Deadline_ends_an_open_stream(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);
        using var content = new DuplexContent();

        var starting = caller.StartAsync(
            "/test.Service/Chat", content, TestTimeout.Token(), ("grpc-timeout", "200m"));
        await content.WriteAsync("x");
        using var response = await starting;
        var answer = GrpcCaller.Answer(response, await response.Content.ReadAsByteArrayAsync());
        content.End();

        Assert.Equal("200 4 context deadline exceeded", answer.StatusLine);
        Assert.Equal(StreamCloseReason.DeadlineExceeded, await server.Methods.Chat.NextClosedAsync());
    }

    [Theory, Feeds]
    public async Task Slow_reader_holds_back_the_writer_and_gets_everything(Feed feed)
    {
        const int Count = 400;
        const int Size = 100_000;
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address, windowBytes: 65_535);

        using var response = await caller.StartAsync(
            "/test.Service/Download",
            new ByteArrayContent(GrpcCaller.Frame(System.Text.Encoding.UTF8.GetBytes($"{Count} {Size}"))),
            TestTimeout.Token());
        await using var body = await response.Content.ReadAsStreamAsync();
        await Eventually.TrueAsync(() => server.Methods.Download.Refusals > 0);
        Assert.InRange(server.Methods.Download.Sent, 1, 100);
        for (var left = Count; left > 0; left--)
        {
            var message = await MessageStream.NextAsync(body) ?? [];
            Assert.Equal(left, BitConverter.ToInt32(message));
            Assert.Equal(Size + 4, message.Length);
        }

        Assert.Null(await MessageStream.NextAsync(body));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Theory, Feeds]
    public async Task Second_request_of_a_server_stream_ends_it(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address, windowBytes: 65_535);
        var request = GrpcCaller.Frame("1000000 10"u8);

        var answer = await caller.CallAsync("Download", [.. request, .. request]);

        Assert.Equal(
            "200 13 cardinality violation: received multiple request messages for non-client-streaming RPC",
            answer.StatusLine);
    }
}
