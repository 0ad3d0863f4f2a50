using Netcd.Http2.Frames;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

public class FlowControlTests
{
    private const int InitialWindow = 65535;

    [Fact]
    public void Body_stops_at_the_window_and_goes_on_with_each_update()
    {
        var server = new ServerHarness();
        var body = Serve(server, 1, 100_000);
        Assert.Equal(InitialWindow, Sum(server.Take(), 1));
        server.Send(WindowUpdate(1, 5000));
        Assert.Empty(server.Take());
        server.Send(WindowUpdate(0, 4000));
        Assert.Equal(4000, Sum(server.Take(), 1));
        server.Send(WindowUpdate(0, 100_000), WindowUpdate(1, 100_000));
        var frames = server.Take();
        Assert.Equal(100_000 - 69_535, Sum(frames, 1));
        Assert.Equal(FrameType.Headers, frames[^1].Type);
        Assert.True(frames[^1].EndsStream);
        Assert.Equal(1, body.Releases);
    }

    [Fact]
    public void Smaller_initial_window_makes_open_streams_negative()
    {
        var server = new ServerHarness();
        Serve(server, 1, 100_000);
        server.Send(WindowUpdate(0, 1_000_000));
        Assert.Equal(InitialWindow, Sum(server.Take(), 1));
        server.Send(Settings((4, 1000)));
        server.Send(WindowUpdate(1, 64_535));
        Assert.Equal(0, Sum(server.Take(), 1));
        server.Send(WindowUpdate(1, 10));
        Assert.Equal(10, Sum(server.Take(), 1));
        server.Send(Settings((4, 1500)));
        Assert.Equal(500, Sum(server.Take(), 1));
    }

    [Fact]
    public void Zero_initial_window_holds_a_small_reply_until_a_settings_change()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "hello");
        server.Send(Settings((4, 0)), Headers(1));
        var frames = server.Take();
        Assert.Single(frames, frame => frame.Type == FrameType.Headers);
        Assert.Equal(0, Sum(frames, 1));
        server.Send(Settings((4, 1)));
        Assert.Equal(1, Sum(server.Take(), 1));
        server.Send(Settings((4, 3)));
        Assert.Equal(2, Sum(server.Take(), 1));
        server.Send(WindowUpdate(1, 2));
        frames = server.Take();
        Assert.Equal(2, Sum(frames, 1));
        Assert.True(frames[^1].EndsStream);
        Assert.Contains("closed 1 Finished NoError", server.Handler.Calls);
    }

    [Fact]
    public void Finished_body_ends_its_stream_without_window()
    {
        var server = new ServerHarness();
        var body = new PatternBody(1, InitialWindow, HeaderBlock.GrpcOk) { Available = InitialWindow - 1 };
        server.Handler.Answer = stream => Begin(stream, body);
        server.Send(Headers(1));
        Assert.Equal(InitialWindow - 1, Sum(server.Take(), 1));
        body.Available = InitialWindow;
        server.Connection.BodyReady(server.Handler.Open[1]);
        server.Pump();
        Assert.Equal(1, body.Releases);
        Assert.True(server.Take()[^1].EndsStream);

        var empty = new PatternBody(3, 0, HeaderBlock.GrpcOk);
        server.Handler.Answer = stream => Begin(stream, empty);
        server.Send(Headers(3));
        Assert.Equal(1, empty.Releases);
        Assert.True(server.Take()[^1].EndsStream);
    }

    [Fact]
    public void Body_without_trailers_ends_with_its_last_data()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => Begin(stream, new PatternBody(1, 20_000));
        server.Send(Headers(1));
        var frames = server.Take();
        Assert.Equal([FrameType.Headers, FrameType.Data, FrameType.Data], frames.Select(frame => frame.Type));
        Assert.True(frames[^1].EndsStream);
    }

    [Fact]
    public void Waiting_body_is_asked_again_only_when_it_is_ready()
    {
        var server = new ServerHarness();
        var body = new PatternBody(1, 1000) { Available = 10 };
        server.Handler.Answer = stream => Begin(stream, body);
        server.Send(Headers(1));
        Assert.Equal(10, Sum(server.Take(), 1));
        body.Available = 500;
        server.Send(WindowUpdate(1, 10));
        server.Pump();
        Assert.Equal(0, Sum(server.Take(), 1));
        server.Connection.BodyReady(server.Handler.Open[1]);
        server.Pump();
        Assert.Equal(490, Sum(server.Take(), 1));
    }

    [Fact]
    public void Aborted_body_resets_its_stream()
    {
        var server = new ServerHarness();
        var body = new PatternBody(1, 1000) { Available = 10, Aborts = true };
        server.Handler.Answer = stream => Begin(stream, body);
        server.Send(Headers(1));
        server.AssertStreamError(1, Http2ErrorCode.InternalError);
        Assert.Equal(1, body.Releases);
    }

    [Fact]
    public void Reset_releases_the_body()
    {
        var server = new ServerHarness();
        var body = Serve(server, 1, 1_000_000);
        server.Send(Reset(1));
        Assert.Equal(1, body.Releases);
        Assert.Contains("closed 1 ResetByClient Cancel", server.Handler.Calls);
    }

    [Fact]
    public void Bodies_take_turns_frame_by_frame_and_a_small_reply_waits_for_half_the_output_at_most()
    {
        var settings = new Http2Settings { TimestampFrequency = ServerHarness.Second, OutputBytesMax = 100_000 };
        var server = new ServerHarness(settings);
        server.Send(WindowUpdate(0, 100_000_000), Settings((4, 100_000_000)));
        server.Take();
        server.Flushes = false;
        Serve(server, 1, 1_000_000);
        Serve(server, 3, 1_000_000);
        server.Take();
        server.Connection.MarkFlushed();
        server.Connection.Pump(0);
        Assert.Equal([1, 3, 1, 3], server.Take(FrameType.Data).Select(frame => frame.StreamId));

        server.Handler.Answer = stream => ReplyTests.Reply(stream, "small");
        for (var streamId = 5; streamId < 25; streamId += 2)
        {
            server.Connection.MarkFlushed();
            server.Connection.Pump(0);
            Assert.InRange(server.Connection.UnflushedBytes, 50_000, 50_000 + 16_393);
            server.Take();
            server.Send(Headers(streamId));
            Assert.Equal(streamId, server.Take()[^1].StreamId);
        }
    }

    [Fact]
    public void Small_reply_passes_bodies_that_wait_for_stream_windows()
    {
        var server = new ServerHarness();
        server.Send(WindowUpdate(0, 100_000_000));
        Serve(server, 1, 40_000_000);
        server.Take();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "small");
        server.Send(Headers(3));
        Assert.True(server.Take()[^1] is { StreamId: 3, EndsStream: true });
    }

    [Fact]
    public void Small_reply_behind_a_shut_connection_window_gets_its_turn_with_the_first_update()
    {
        var server = new ServerHarness();
        server.Send(Settings((4, 100_000_000)));
        Serve(server, 1, 40_000_000);
        server.Take();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "small");
        server.Send(Headers(3));
        Assert.Equal(0, Sum(server.Take(), 3));
        server.Send(WindowUpdate(0, 20_000));
        Assert.Equal(5, Sum(server.Take(), 3));
    }

    [Fact]
    public void Receive_windows_are_given_back_coalesced_and_only_for_what_was_consumed()
    {
        var server = new ServerHarness();
        server.Handler.Consumes = false;
        server.Send(Headers(1, EndHeaders));
        for (var i = 0; i < 40; i++)
        {
            server.Send(Data(1, 16384));
        }

        Assert.Empty(server.Take());
        var stream = server.Handler.Open[1];
        server.Connection.ReturnCredit(stream, 393_215);
        Assert.Empty(server.Take());
        server.Connection.ReturnCredit(stream, 1);
        Assert.Equal([(1, 393_216)], server.Take().Select(frame => (frame.StreamId, frame.Number)));
        server.Connection.ReturnCredit(stream, 10_000_000);
        Assert.Equal([(0, 655_360)], server.Take().Select(frame => (frame.StreamId, frame.Number)));
        server.Send(Reset(1));
        server.AssertAlive();
    }

    [Fact]
    public void Credit_of_an_ended_stream_returns_to_the_connection()
    {
        var server = new ServerHarness();
        server.Handler.Consumes = false;
        server.Send(Headers(1, EndHeaders));
        for (var i = 0; i < 40; i++)
        {
            server.Send(Data(1, 16384));
        }

        server.Send(Reset(1));
        Assert.Equal([(0, 655_360)], server.Take().Select(frame => (frame.StreamId, frame.Number)));
    }

    [Fact]
    public void Data_beyond_the_stream_window_resets_it_and_beyond_the_connection_window_ends_it()
    {
        var server = new ServerHarness();
        server.Handler.Consumes = false;
        server.Send(Headers(1, EndHeaders));
        for (var i = 0; i < 48; i++)
        {
            server.Send(Data(1, 16384));
        }

        Assert.Empty(server.Take());
        server.Send(Data(1, 1));
        server.AssertStreamError(1, Http2ErrorCode.FlowControlError);

        server = new ServerHarness();
        server.Handler.Consumes = false;
        server.Send(Headers(1, EndHeaders), Headers(3, EndHeaders));
        for (var i = 0; i < 32; i++)
        {
            server.Send(Data(1, 16384), Data(3, 16384));
        }

        server.Send(Data(1, 1));
        server.AssertConnectionError(Http2ErrorCode.FlowControlError);
    }

    [Fact]
    public void Padding_counts_against_the_windows_and_is_given_back()
    {
        var server = new ServerHarness();
        server.Send(Headers(1, EndHeaders));
        byte[] padded = [255, .. new byte[255]];
        for (var i = 0; i < 10_000; i++)
        {
            server.Send(Data(1, padded, Padded));
            server.Now += ServerHarness.Second;
        }

        Assert.False(server.Connection.IsClosed);
    }

    [Fact]
    public void Random_windows_agree_with_a_model()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            new FlowModel(seed).Run();
        }
    }

    internal static void Begin(Http2Stream stream, IHttp2Body body)
    {
        stream.Connection.SendHeaders(stream, HeaderBlock.GrpcHead, endStream: false);
        stream.Connection.SendBody(stream, body);
    }

    internal static int Sum(IEnumerable<SentFrame> frames, int streamId) =>
        frames.Where(frame => frame.Type == FrameType.Data && frame.StreamId == streamId).Sum(frame => frame.Payload.Length);

    private static PatternBody Serve(ServerHarness server, int streamId, long length)
    {
        var body = new PatternBody(streamId, length, HeaderBlock.GrpcOk);
        server.Handler.Answer = stream => Begin(stream, body);
        server.Send(Headers(streamId));
        return body;
    }
}
