using static Netcd.Http2.Http2ErrorCode;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>Floods end with ENHANCE_YOUR_CALM long before a million frames; what real clients do does not.</summary>
public class AbuseTests
{
    private const int Million = 1_000_000;

    [Fact]
    public void Rapid_reset_ends_the_connection()
    {
        var server = new ServerHarness();
        var frames = FloodPairs(server, id => Join(Headers(id, EndHeaders), Reset(id)));
        Assert.InRange(frames, Limits.ResetsBurst, Limits.ResetsBurst + 10);
    }

    [Fact]
    public void Cancelling_answered_streams_is_no_abuse()
    {
        var server = new ServerHarness();
        server.Handler.Begun = stream => stream.Connection.SendHeaders(stream, HeaderBlock.GrpcHead, endStream: false);
        for (var i = 0; i < 15_000; i++)
        {
            server.Send(Headers(1 + (2 * i), EndHeaders), Reset(1 + (2 * i)));
        }

        server.AssertAlive();
    }

    [Fact]
    public void Cancelling_a_tenth_of_many_calls_is_no_abuse()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "x");
        for (var i = 0; i < 110_000; i++)
        {
            var id = 1 + (2 * i);
            server.Send(i % 10 == 0 ? Join(Headers(id, EndHeaders), Reset(id)) : Headers(id));
            if (i % 1000 == 0)
            {
                server.Send(WindowUpdate(0, 1000));
                server.Take();
            }
        }

        server.AssertAlive();
    }

    [Fact]
    public void Making_us_reset_ends_the_connection()
    {
        var server = new ServerHarness();
        var frames = FloodPairs(server, id => Join(Headers(id, EndHeaders), WindowUpdate(id, 0)));
        Assert.InRange(frames, Limits.StreamErrorsBurst, Limits.StreamErrorsBurst + 10);
        server = new ServerHarness();
        FloodPairs(server, id => Headers(id, more: ("connection", "close")));
    }

    [Fact]
    public void Streams_beyond_the_advertised_number_are_refused_and_a_flood_of_them_ends_the_connection()
    {
        var server = new ServerHarness(new Http2Settings { TimestampFrequency = ServerHarness.Second, ConcurrentStreamsMax = 2 });
        server.Send(Headers(1, EndHeaders), Headers(3, EndHeaders), Headers(5, EndHeaders));
        server.AssertStreamError(5, RefusedStream);
        server.Send(Data(5, 100), Reset(1), Headers(7, EndHeaders));
        Assert.Equal([3, 7], server.Handler.Open.Keys.Order());
        FloodPairs(server, id => Headers(id + 8, EndHeaders));
    }

    [Fact]
    public void Continuation_flood_ends_the_connection()
    {
        var server = new ServerHarness();
        server.Send(HeadersRaw(1, [], 0));
        Flood(server, Continuation(1, [], 0), Limits.ContinuationFramesMax);
        server = new ServerHarness();
        server.Send(HeadersRaw(1, new byte[16384], 0));
        Flood(server, Continuation(1, new byte[16384], 0), 5);
    }

    [Fact]
    public void Flood_of_settings_ends_the_connection() => Flood(new ServerHarness(), Settings((4, 1)), 600);

    [Fact]
    public void Flood_of_settings_acknowledgements_ends_the_connection() => Flood(new ServerHarness(), SettingsAck(), 600);

    [Fact]
    public void Flood_of_window_updates_ends_the_connection() =>
        Flood(new ServerHarness(), WindowUpdate(0, 1), Limits.NuisanceBurst + 10);

    [Fact]
    public void Flood_of_priorities_ends_the_connection() =>
        Flood(new ServerHarness(), PriorityFrame(9), Limits.NuisanceBurst + 10);

    [Fact]
    public void Flood_of_unknown_frames_ends_the_connection() =>
        Flood(new ServerHarness(), Frame(0x42, 0, 0), Limits.NuisanceBurst + 10);

    [Fact]
    public void Flood_of_ping_answers_ends_the_connection() =>
        Flood(new ServerHarness(), Ping(Ack), Limits.NuisanceBurst + 10);

    [Fact]
    public void Flood_of_pings_ends_the_connection_without_enforcement_too()
    {
        var settings = new Http2Settings { TimestampFrequency = ServerHarness.Second, KeepaliveMinTime = TimeSpan.Zero };
        Flood(new ServerHarness(settings), Ping(), Limits.NuisanceBurst + 10);
    }

    [Fact]
    public void Flood_of_empty_data_ends_the_connection()
    {
        var server = new ServerHarness();
        server.Send(Headers(1, EndHeaders));
        Flood(server, Data(1, 0), Limits.NuisanceBurst + 10);
    }

    [Fact]
    public void Flood_of_data_that_is_padding_only_ends_the_connection()
    {
        var server = new ServerHarness();
        server.Send(Headers(1, EndHeaders));
        Flood(server, Data(1, [0], Padded), Limits.NuisanceBurst + 10);
    }

    [Fact]
    public void Flood_of_goaways_ends_the_connection() =>
        Flood(new ServerHarness(), GoAway(), Limits.NuisanceBurst + 10);

    [Fact]
    public void Flood_of_resets_of_closed_streams_ends_the_connection()
    {
        var server = new ServerHarness();
        server.Send(Headers(1, EndHeaders), Reset(1));
        Flood(server, Reset(1), Limits.NuisanceBurst + 10);
    }

    [Fact]
    public void Window_updates_for_each_data_frame_are_no_abuse()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => FlowControlTests.Begin(stream, new PatternBody(1, 1_000_000_000));
        server.Send(Settings((4, 1000)), Headers(1));
        for (var i = 0; i < 4000; i++)
        {
            var sent = FlowControlTests.Sum(server.Take(), 1);
            server.Send(WindowUpdate(0, (uint)sent), WindowUpdate(1, (uint)sent), Ping());
        }

        server.AssertAlive();
    }

    [Fact]
    public void Nuisance_is_forgiven_with_time()
    {
        var server = new ServerHarness();
        for (var i = 0; i < 100_000; i++)
        {
            server.Send(PriorityFrame(9));
            server.Now += ServerHarness.Second / Limits.NuisancePerSecond;
        }

        server.AssertAlive();
    }

    [Fact]
    public void Answers_to_a_client_without_window_are_bounded()
    {
        var server = new ServerHarness();
        server.Send(Settings((4, 0)));
        var body = new byte[60_000];
        server.Handler.Answer = stream => ReplyTests.Reply(stream, body);
        for (var i = 0; i < 2000; i++)
        {
            server.Send(Headers(1 + (2 * i)));
        }

        Assert.True(server.Connection.IsSendQueueFull);
        Assert.InRange(server.Connection.OpenStreams, 200, 300);
        Assert.False(server.Connection.IsClosed);
        server.Send(WindowUpdate(0, 1 << 30), Settings((4, 100_000)));
        Assert.Equal(0, server.Connection.OpenStreams);
        Assert.False(server.Connection.IsSendQueueFull);
        Assert.Single(server.Handler.Calls, "drained");
    }

    [Fact]
    public void Output_that_is_not_flushed_pauses_input()
    {
        var server = new ServerHarness { Flushes = false };
        server.Handler.Answer = stream => ReplyTests.Reply(stream, new byte[1000]);
        server.Send(WindowUpdate(0, 1 << 30));
        server.Send([.. Enumerable.Range(0, 1000).Select(i => Headers(1 + (2 * i)))]);
        Assert.True(server.Connection.IsInputPaused);
        Assert.InRange(server.Connection.UnflushedBytes, Limits.OutputBytesMax, Limits.OutputBytesMax + 2000);
    }

    private static void Flood(ServerHarness server, byte[] frame, int framesMax)
    {
        for (var i = 0; i < Million && !server.Connection.IsClosed; i++)
        {
            server.Send(frame);
            Assert.True(i <= framesMax, "not stopped in time");
        }

        server.AssertConnectionError(EnhanceYourCalm);
    }

    private static int FloodPairs(ServerHarness server, Func<int, byte[]> frames)
    {
        var count = 0;
        for (; count < Million && !server.Connection.IsClosed; count++)
        {
            server.Send(frames(1 + (2 * count)));
        }

        server.AssertConnectionError(EnhanceYourCalm);
        return count;
    }
}
