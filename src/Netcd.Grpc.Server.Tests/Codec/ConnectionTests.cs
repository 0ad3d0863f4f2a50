using System.Diagnostics;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Tests.Codec;

/// <summary>The driver of the codec, with frames that no library would send.</summary>
public sealed class ConnectionTests
{
    private const ushort InitialWindowSize = 4;

    [Fact]
    public async Task Call_is_answered_as_soon_as_its_message_is_whole_and_the_open_side_is_reset()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server);

        await client.WriteHeadersAsync(1, "/test.Service/Echo");
        await client.WriteMessageAsync(1, "open"u8.ToArray(), ends: false);
        var frames = await client.ReadStreamAsync(1);
        var reset = await client.ReadUntilAsync(RawHttp2.Reset);

        Assert.Equal([RawHttp2.Headers, RawHttp2.Data, RawHttp2.Headers], frames.Select(frame => frame.Type));
        Assert.Equal((uint)Http2ErrorCode.NoError, reset.ResetCode);
    }

    [Fact]
    public async Task All_answers_of_one_read_come_in_order()
    {
        const int Calls = 500;
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server);

        for (var i = 0; i < Calls; i++)
        {
            await client.CallAsync((2 * i) + 1, "Echo", BitConverter.GetBytes(i));
        }

        for (var i = 0; i < Calls; i++)
        {
            var data = await client.ReadUntilAsync(RawHttp2.Data);
            Assert.Equal((2 * i) + 1, data.StreamId);
            Assert.Equal(i, BitConverter.ToInt32(data.Payload, 5));
        }
    }

    [Fact]
    public async Task Lost_connection_closes_its_streams_and_frees_pending_answers()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        var client = await RawHttp2.OpenAsync(server);

        await client.WriteHeadersAsync(1, "/test.Service/Chat");
        await client.WriteHeadersAsync(3, "/test.Service/Never");
        await client.WriteMessageAsync(3, [], ends: true);
        var ticket = await server.Methods.Never.NextAsync();
        await client.DisposeAsync();

        Assert.Equal(StreamCloseReason.ConnectionLost, await server.Methods.Chat.NextClosedAsync());
        ticket.Complete(Reply.Of(new CountingSource(10, server.Methods.Sources)));
        ticket.Owner.Flush();
        await Eventually.TrueAsync(() => server.Methods.Sources.Released == 1);
        var call = await server.Methods.Chat.NextOpenedAsync();
        Assert.True(call.Output.TryWrite("late"u8, null));
    }

    [Fact]
    public async Task Reader_that_takes_nothing_does_not_make_the_server_hold_its_answer()
    {
        const long Length = 40_000_000;
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var slow = await RawHttp2.OpenAsync(server, (InitialWindowSize, int.MaxValue));
        await slow.OpenWindowAsync(0, int.MaxValue - 65_535);
        using var other = new GrpcCaller(server.Address);

        for (var stream = 1; stream <= 9; stream += 2)
        {
            await slow.CallAsync(stream, "Large", BitConverter.GetBytes(Length));
        }

        Assert.Equal("fast", (await other.CallAsync("Echo", "fast")).Text);
        var filled = 0L;
        await Eventually.TrueAsync(() =>
        {
            // Until nothing more is pulled: sockets and pipes are full.
            var before = filled;
            filled = server.Methods.Sources.FilledBytes;
            return filled > 0 && filled == before;
        });
        Assert.InRange(filled, 1, 12_000_000);
        Assert.Equal("fast", (await other.CallAsync("Echo", "fast")).Text);

        var received = 0L;
        for (var ended = 0; ended < 5;)
        {
            var frame = await slow.ReadAsync();
            Assert.NotNull(frame);
            received += frame.Type == RawHttp2.Data ? frame.Payload.Length : 0;
            ended += frame.Type == RawHttp2.Headers && frame.IsLast ? 1 : 0;
        }

        Assert.Equal(5 * (Length + 5), received);
        await Eventually.TrueAsync(() => server.Methods.Sources.Released == 5);
    }

    [Fact]
    public async Task Large_answer_lets_small_ones_through()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server, (InitialWindowSize, int.MaxValue));
        await client.OpenWindowAsync(0, int.MaxValue - 65_535);

        await client.CallAsync(1, "Large", BitConverter.GetBytes(40_000_000L));
        await client.ReadUntilAsync(RawHttp2.Data);
        await client.CallAsync(3, "Echo", "small"u8.ToArray());
        var before = 0L;
        while (await client.ReadAsync() is { StreamId: not 3 } frame)
        {
            before += frame.Payload.Length;
        }

        Assert.InRange(before, 0, 20_000_000);
    }

    [Fact]
    public async Task Client_without_window_gets_its_answers_when_it_opens_one()
    {
        const int Calls = 200;
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server, (InitialWindowSize, 0));

        for (var i = 0; i < Calls; i++)
        {
            await client.CallAsync((2 * i) + 1, i % 2 == 0 ? "Echo" : "Later", "waiting"u8.ToArray());
        }

        for (var i = 0; i < Calls; i++)
        {
            await client.OpenWindowAsync((2 * i) + 1, 100);
        }

        var ended = 0;
        while (ended < Calls && await client.ReadAsync() is { } frame)
        {
            ended += frame.Type == RawHttp2.Headers && frame.IsLast ? 1 : 0;
        }

        Assert.Equal(Calls, ended);
    }

    [Fact]
    public async Task Stream_beyond_the_limit_is_refused_and_the_limit_is_announced()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec, new GrpcLimits { StreamsPerConnectionMax = 2 });
        await using var client = await RawHttp2.OpenAsync(server);
        var settings = await client.ReadUntilAsync(RawHttp2.Settings);

        await client.CallAsync(1, "Never", []);
        await client.CallAsync(3, "Never", []);
        await client.CallAsync(5, "Never", []);
        var reset = await client.ReadUntilAsync(RawHttp2.Reset);

        Assert.Contains("0003-00000002", Pairs(settings.Payload));
        Assert.Equal((5, (uint)Http2ErrorCode.RefusedStream), (reset.StreamId, reset.ResetCode));
    }

    [Fact]
    public async Task Pings_that_come_too_fast_end_the_connection()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server);

        for (var i = 0; i < 5; i++)
        {
            await client.WriteFrameAsync(RawHttp2.Ping, 0, 0, new byte[8]);
        }

        var goAway = await client.ReadUntilAsync(RawHttp2.GoAway);
        Assert.Equal((uint)Http2ErrorCode.EnhanceYourCalm, goAway.GoAwayCode);
        Assert.Equal("too_many_pings", goAway.DebugData);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task Quiet_connection_is_asked_whether_it_lives_and_closed_when_it_does_not()
    {
        var limits = new GrpcLimits
        {
            KeepAliveInterval = TimeSpan.FromMilliseconds(200),

            // Long enough for our acknowledgement on a busy machine.
            KeepAliveTimeout = TimeSpan.FromSeconds(15),
        };
        await using var server = await TestServer.StartAsync(Feed.Codec, limits);
        await using var client = await RawHttp2.OpenAsync(server);

        var first = await client.ReadUntilAsync(RawHttp2.Ping);
        await client.AcknowledgeAsync(first);
        var second = await client.ReadUntilAsync(RawHttp2.Ping);
        Assert.False(second.IsLast);
        await client.ReadUntilAsync(RawHttp2.GoAway);
        Assert.Null(await client.ReadAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public async Task Client_that_does_not_finish_its_preface_is_closed(string sent)
    {
        var limits = new GrpcLimits { PrefaceTimeout = TimeSpan.FromMilliseconds(300) };
        await using var server = await TestServer.StartAsync(Feed.Codec, limits);
        await using var client = await RawHttp2.ConnectAsync(server);

        await client.WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent));
        var took = Stopwatch.StartNew();
        while (await client.ReadAsync() is not null)
        {
            // Settings and GOAWAY may come first.
        }

        Assert.InRange(took.Elapsed.TotalSeconds, 0, 120);
    }

    [Fact]
    public async Task Bytes_of_no_protocol_get_an_error_and_the_server_lives()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        var noise = new byte[1000];
        new Random(7).NextBytes(noise);
        for (var first = 0; first < 256; first += 5)
        {
            await using var client = await RawHttp2.ConnectAsync(server);
            noise[0] = (byte)first;
            await client.WriteAsync(noise);
        }

        using var caller = new GrpcCaller(server.Address);
        Assert.Equal("alive", (await caller.CallAsync("Echo", "alive")).Text);
    }

    [Fact]
    public async Task Stop_lets_open_calls_end_and_tells_clients_to_go()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server);
        await client.WriteHeadersAsync(1, "/test.Service/Chat");
        var call = await server.Methods.Chat.NextOpenedAsync();

        var stopping = server.Host.StopAsync(TestTimeout.Token());
        var goAway = await client.ReadUntilAsync(RawHttp2.GoAway);
        await client.AcknowledgeAsync(await client.ReadUntilAsync(RawHttp2.Ping));
        var last = await client.ReadUntilAsync(RawHttp2.GoAway);
        Assert.False(stopping.IsCompleted);
        await client.WriteMessageAsync(1, "still"u8.ToArray(), ends: false);
        var data = await client.ReadUntilAsync(RawHttp2.Data);
        call.Output.Finish(Status.OK);
        await client.ReadStreamAsync(1);

        Assert.Equal((int.MaxValue, 1), (goAway.LastStreamId, last.LastStreamId));
        Assert.Equal("still"u8.ToArray(), data.Payload[5..]);
        await stopping;
    }

    [Fact]
    public async Task Stop_that_may_not_wait_closes_open_calls()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var client = await RawHttp2.OpenAsync(server);
        await client.WriteHeadersAsync(1, "/test.Service/Chat");
        await server.Methods.Chat.NextOpenedAsync();

        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await server.Host.StopAsync(limit.Token);

        Assert.Equal(StreamCloseReason.ConnectionLost, await server.Methods.Chat.NextClosedAsync());
    }

    [Fact]
    public async Task Rapid_resets_end_the_connection_and_disturb_nobody()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var attacker = await RawHttp2.OpenAsync(server);
        using var other = new GrpcCaller(server.Address);

        var attack = Task.Run(async () =>
        {
            try
            {
                for (var stream = 1; stream < 100_000; stream += 2)
                {
                    await attacker.WriteHeadersAsync(stream, "/test.Service/Never");
                    await attacker.WriteFrameAsync(RawHttp2.Reset, 0, stream, [0, 0, 0, 8]);
                }
            }
            catch (IOException)
            {
                // As it should be: the server has hung up.
            }
        });
        while (!attack.IsCompleted)
        {
            Assert.Equal("calm", (await other.CallAsync("Echo", "calm")).Text);
        }

        Assert.Equal("calm", (await other.CallAsync("Echo", "calm")).Text);
    }

    private static List<string> Pairs(byte[] settings) =>
        [.. settings.Chunk(6).Select(pair => $"{Convert.ToHexString(pair[..2])}-{Convert.ToHexString(pair[2..])}")];
}
