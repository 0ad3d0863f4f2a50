using Netcd.Http2.Frames;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

public class DrainTests
{
    [Fact]
    public void Drain_takes_requests_until_its_ping_is_answered_and_closes_after_the_last()
    {
        var server = new ServerHarness();
        server.Send(Headers(1, EndHeaders));
        server.Connection.BeginDrain(0);
        server.Connection.BeginDrain(0);
        var frames = server.Take();
        Assert.Equal([FrameType.GoAway, FrameType.Ping], frames.Select(frame => frame.Type));
        Assert.Equal(int.MaxValue, frames[0].Number);
        Assert.Equal(Http2ErrorCode.NoError, frames[0].Code);

        server.Send(Headers(3, EndHeaders));
        server.Send(Frame(6, Ack, 0, frames[1].Payload));
        var second = Assert.Single(server.Take());
        Assert.Equal((FrameType.GoAway, 3), (second.Type, second.Number));

        // After the second GOAWAY a stream is neither taken nor answered; its table entries count all the same.
        server.Send(Headers(5, EndHeaders), Data(5, 10, EndStream));
        Assert.Empty(server.Take());
        Assert.Equal([1, 3], server.Handler.Open.Keys.Order());
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "x");
        server.Send(Data(1, 1, EndStream));
        Assert.False(server.Connection.IsClosed);
        server.Send(Data(3, 1, EndStream));
        Assert.True(server.Connection.IsClosed);
        Assert.Null(server.Connection.CloseReason);
        Assert.Equal("closed 3 Finished NoError", server.Handler.Calls[^1]);
    }

    [Fact]
    public void Drain_without_streams_closes_with_the_ping_answer_or_after_a_minute()
    {
        var server = new ServerHarness();
        server.Connection.BeginDrain(0);
        server.Send(Ping(Ack));
        Assert.False(server.Connection.IsClosed);
        Assert.Equal(60 * ServerHarness.Second, server.Connection.Tick(1));
        server.Connection.Tick(60 * ServerHarness.Second);
        Assert.True(server.Connection.IsClosed);
    }

    [Fact]
    public void Close_ends_streams_in_order_and_takes_no_more_input()
    {
        var server = new ServerHarness();
        server.Send(Headers(5, EndHeaders), Headers(9, EndHeaders), Headers(21, EndHeaders));
        server.Connection.Close(Http2ErrorCode.InternalError, "test");
        server.Pump();
        Assert.Equal(
            ["closed 5 ConnectionLost InternalError", "closed 9 ConnectionLost InternalError", "closed 21 ConnectionLost InternalError"],
            server.Handler.Calls[3..]);
        server.Take();
        server.Send(Headers(23), Ping());
        Assert.Empty(server.Take());
    }

    [Fact]
    public void Abandoned_connection_writes_nothing_and_closes_its_streams()
    {
        var server = new ServerHarness();
        var body = new PatternBody(1, 1_000_000);
        server.Handler.Answer = stream => FlowControlTests.Begin(stream, body);
        server.Send(Headers(1));
        server.Take();
        server.Connection.Abandon();
        Assert.Empty(server.Take());
        Assert.Equal(1, body.Releases);
        Assert.Equal("closed 1 ConnectionLost NoError", server.Handler.Calls[^1]);
    }
}
