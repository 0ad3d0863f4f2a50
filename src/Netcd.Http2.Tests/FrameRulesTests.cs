using static Netcd.Http2.Http2ErrorCode;
using static Netcd.Http2.Tests.RuleCase;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>
/// The rules of RFC 9113 sections 4 to 6, one hand-made sequence each, numbered as h2spec's cases are. Stream 1 is open
/// for its request body after Open, half closed after Half, and closed after Done (the handler answers complete
/// requests only where the case says so).
/// </summary>
public class FrameRulesTests
{
    private static readonly byte[] Open = Headers(1, EndHeaders);
    private static readonly byte[] Half = Headers(1);
    private static readonly byte[] OpenBlock = Block(Request);

    private static readonly Dictionary<string, RuleCase> Cases = new()
    {
        ["4.1 unknown type is ignored"] = Good(Frame(0x16, 0xff, 0, 1, 2, 3), Frame(0xff, 0, 77, 1)),
        ["4.1 undefined flags are ignored"] = Good(Frame(6, 0xfe, 0, new byte[8])),
        ["4.1 reserved bit is ignored"] = Good(Frame(6, 0, int.MinValue, new byte[8])),
        ["4.2 DATA of the largest size"] = Good(Open, Data(1, 16384, EndStream)),
        ["4.2 DATA too large"] = Connection(FrameSizeError, Open, Data(1, 16385)),
        ["4.2 HEADERS too large"] = Connection(FrameSizeError, HeadersRaw(1, new byte[16385])),
        ["4.2 unknown frame too large"] = Connection(FrameSizeError, Frame(0x20, 0, 0, new byte[16385])),
        ["4.3 invalid header block"] = Connection(CompressionError, HeadersRaw(1, [0xff, 0xff, 0xff])),
        ["4.3 invalid header block on a closed stream"] =
            Connection(CompressionError, Open, Reset(1), HeadersRaw(1, [0x80])),
        ["4.3 PRIORITY within a header block"] =
            Connection(ProtocolError, Headers(1, EndStream), PriorityFrame(1), Continuation(1, [])),
        ["4.3 HEADERS of another stream within a header block"] =
            Connection(ProtocolError, Headers(1, EndStream), Headers(3)),
        ["5.1 idle: DATA"] = Connection(ProtocolError, Data(1, 1)),
        ["5.1 idle: RST_STREAM"] = Connection(ProtocolError, Reset(1)),
        ["5.1 idle: WINDOW_UPDATE"] = Connection(ProtocolError, WindowUpdate(1, 1)),
        ["5.1 idle: CONTINUATION"] = Connection(ProtocolError, Continuation(1, [])),
        ["5.1 idle: PRIORITY"] = Good(PriorityFrame(1), PriorityFrame(2)),
        ["5.1 half closed: DATA"] = Stream(1, StreamClosed, Half, Data(1, 1)),
        ["5.1 half closed: HEADERS"] = Stream(1, StreamClosed, Half, Headers(1)),
        ["5.1 half closed: CONTINUATION"] = Connection(ProtocolError, Half, Continuation(1, [])),
        ["5.1 half closed: WINDOW_UPDATE and PRIORITY"] = Good(Half, WindowUpdate(1, 1), PriorityFrame(1)),
        ["5.1 half closed: RST_STREAM"] = Good(Half, Reset(1)),
        ["5.1 reset by client: DATA"] = Stream(1, StreamClosed, Open, Reset(1), Data(1, 1)),
        ["5.1 reset by client: HEADERS"] = Stream(1, StreamClosed, Open, Reset(1), Headers(1)),
        ["5.1 reset by client: CONTINUATION"] = Connection(ProtocolError, Open, Reset(1), Continuation(1, [])),
        ["5.1 reset by client: WINDOW_UPDATE, RST_STREAM, PRIORITY"] =
            Good(Open, Reset(1), WindowUpdate(1, 1), Reset(1), PriorityFrame(1)),
        ["5.1 reset by us: late DATA and trailers"] = Stream(
            1, ProtocolError, Open, WindowUpdate(1, 0), Data(1, 100), Headers(1)),
        ["5.1.1 even stream"] = Connection(ProtocolError, Headers(2)),
        ["5.1.1 stream below the last"] = Connection(ProtocolError, Headers(5), Headers(3)),
        ["5.3.1 dependency on itself is ignored"] =
            Good(Frame(1, EndHeaders | EndStream | Priority, 1, [0, 0, 0, 1, 16, .. OpenBlock])),
        ["5.5 unknown frame within a header block"] =
            Connection(ProtocolError, Headers(1, EndStream), Frame(0x16, 0, 0)),
        ["6.1 DATA on stream 0"] = Connection(ProtocolError, Data(0, 1)),
        ["6.1 DATA with padding"] = Good(Open, Data(1, [3, 1, 2, 0, 0, 0], Padded | EndStream)),
        ["6.1 padding of the whole payload"] = Good(Open, Data(1, [3, 0, 0, 0], Padded | EndStream)),
        ["6.1 padding too long"] = Connection(ProtocolError, Open, Data(1, [4, 0, 0, 0], Padded)),
        ["6.1 padded DATA without length"] = Connection(FrameSizeError, Open, Data(1, [], Padded)),
        ["6.2 HEADERS on stream 0"] = Connection(ProtocolError, Headers(0)),
        ["6.2 padding and priority"] =
            Good(Frame(1, EndHeaders | EndStream | Padded | Priority, 1, [2, 0, 0, 0, 0, 9, .. OpenBlock, 0, 0])),
        ["6.2 padding too long"] =
            Connection(ProtocolError, Frame(1, EndHeaders | EndStream | Padded, 1, [255, .. OpenBlock])),
        ["6.2 too short for priority"] = Connection(FrameSizeError, Frame(1, EndHeaders | Priority, 1, 0, 0, 0, 0)),
        ["6.3 PRIORITY on stream 0"] = Connection(ProtocolError, PriorityFrame(0)),
        ["6.3 PRIORITY of 4 bytes"] = Stream(1, FrameSizeError, Open, PriorityFrame(1, 4)),
        ["6.3 PRIORITY of 6 bytes on an idle stream"] = Connection(FrameSizeError, PriorityFrame(1, 6)),
        ["6.4 RST_STREAM on stream 0"] = Connection(ProtocolError, Reset(0)),
        ["6.4 RST_STREAM of 3 bytes"] = Connection(FrameSizeError, Open, Frame(3, 0, 1, 0, 0, 0)),
        ["6.4 RST_STREAM with an unknown code"] = Good(Open, Reset(1, (Http2ErrorCode)0xffff_ffff)),
        ["6.5 acknowledgement with payload"] = Connection(FrameSizeError, Frame(4, Ack, 0, new byte[6])),
        ["6.5 SETTINGS on a stream"] = Connection(ProtocolError, Frame(4, 0, 1)),
        ["6.5 SETTINGS of 3 bytes"] = Connection(FrameSizeError, Frame(4, 0, 0, 0, 3, 0)),
        ["6.5.2 ENABLE_PUSH of 2"] = Connection(ProtocolError, Settings((2, 2))),
        ["6.5.2 INITIAL_WINDOW_SIZE too large"] = Connection(FlowControlError, Settings((4, 0x8000_0000))),
        ["6.5.2 MAX_FRAME_SIZE too small"] = Connection(ProtocolError, Settings((5, 16383))),
        ["6.5.2 MAX_FRAME_SIZE too large"] = Connection(ProtocolError, Settings((5, 0x100_0000))),
        ["6.5.2 the allowed bounds"] = Good(
            Settings((1, uint.MaxValue), (2, 0), (3, 0), (4, int.MaxValue), (5, 0xff_ffff), (6, 0)), Settings((5, 16384))),
        ["6.5.2 unknown setting is ignored"] = Good(Settings((0xff, 1), (8, 7))),
        ["6.5.2 one setting several times"] = Good(Settings((4, 1), (4, 2), (4, 3))),
        ["6.6 PUSH_PROMISE from a client"] = Connection(ProtocolError, Open, Frame(5, EndHeaders, 1, 0, 0, 0, 2)),
        ["6.7 unsolicited PING answer"] = Good(Ping(Ack)),
        ["6.7 PING on a stream"] = Connection(ProtocolError, Frame(6, 0, 1, new byte[8])),
        ["6.7 PING of 6 bytes"] = Connection(FrameSizeError, Frame(6, 0, 0, new byte[6])),
        ["6.8 GOAWAY on a stream"] = Connection(ProtocolError, Frame(7, 0, 1, new byte[8])),
        ["6.8 GOAWAY of 7 bytes"] = Connection(FrameSizeError, Frame(7, 0, 0, new byte[7])),
        ["6.8 requests under way go on after GOAWAY"] = Good(Open, GoAway(), Data(1, 4, EndStream)),
        ["6.9 WINDOW_UPDATE of 0 on the connection"] = Connection(ProtocolError, WindowUpdate(0, 0)),
        ["6.9 WINDOW_UPDATE of 0 on a stream"] = Stream(1, ProtocolError, Open, WindowUpdate(1, 0)),
        ["6.9 WINDOW_UPDATE of 3 bytes"] = Connection(FrameSizeError, Frame(8, 0, 0, 0, 0, 1)),
        ["6.9.1 connection's window overflows"] =
            Connection(FlowControlError, WindowUpdate(0, int.MaxValue), WindowUpdate(0, 1)),
        ["6.9.1 connection's window at its largest"] = Good(WindowUpdate(0, int.MaxValue - 65535)),
        ["6.9.1 stream's window overflows"] =
            Stream(1, FlowControlError, Open, WindowUpdate(1, int.MaxValue), WindowUpdate(1, 1)),
        ["6.9.2 initial window overflows an open stream"] =
            Connection(FlowControlError, Open, WindowUpdate(1, 100), Settings((4, int.MaxValue))),
        ["6.10 several CONTINUATIONs"] = Good(
            HeadersRaw(1, OpenBlock[..1], EndStream),
            Continuation(1, OpenBlock[1..3], 0),
            Continuation(1, [], 0),
            Continuation(1, OpenBlock[3..])),
        ["6.10 CONTINUATION after END_HEADERS"] = Connection(ProtocolError, Open, Continuation(1, [])),
        ["6.10 CONTINUATION on stream 0"] = Connection(ProtocolError, Headers(1, EndStream), Continuation(0, [])),
        ["6.10 CONTINUATION of another stream"] = Connection(ProtocolError, Headers(1, EndStream), Continuation(3, [])),
        ["6.10 CONTINUATION after DATA"] = Connection(ProtocolError, Open, Data(1, 1), Continuation(1, [])),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_of_sections_4_to_6(string name) => Check(new ServerHarness(), Cases[name]);

    [Theory]
    [InlineData("DATA")]
    [InlineData("HEADERS")]
    public void Frame_after_both_ends_are_closed_is_a_connection_error(string type)
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "x");
        server.Send(Half);
        server.Send(type == "DATA" ? Data(1, 1) : Headers(1));
        server.AssertConnectionError(StreamClosed);
    }

    /// <summary>
    /// .NET's client ends a request in a frame of its own, which crosses the answer; with many calls at a time these
    /// frames must not count as errors.
    /// </summary>
    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(2000)]
    public void Ends_of_requests_that_cross_many_answers_are_taken(int calls)
    {
        var server = new ServerHarness();
        for (var i = 0; i < calls; i++)
        {
            server.Send(Headers(1 + (2 * i), EndHeaders));
        }

        foreach (var stream in server.Handler.Open.Values.ToList())
        {
            ReplyTests.Reply(stream, "x");
        }

        server.Pump();
        for (var i = 0; i < calls; i++)
        {
            server.Send(Data(1 + (2 * i), 0, EndStream));
        }

        Assert.False(server.Connection.IsClosed);
    }

    [Fact]
    public void Data_long_after_the_stream_was_forgotten_resets_only_the_stream()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "x");
        for (var i = 0; i <= Limits.ClosedStreamsRemembered; i++)
        {
            server.Send(Headers(1 + (2 * i)));
        }

        server.Take();
        server.Send(Data(1, 1));
        server.AssertStreamError(1, StreamClosed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX")]
    [InlineData("X")]
    public void Wrong_preface_is_a_connection_error(string text)
    {
        var server = new ServerHarness(greeted: false);
        server.Send(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.Equal(text.Length > 0, server.Connection.IsClosed);
        if (text.Length > 0)
        {
            server.AssertConnectionError(ProtocolError);
        }
    }

    [Fact]
    public void First_frame_must_be_settings()
    {
        var server = new ServerHarness(greeted: false);
        server.Send(Preface, Ping());
        server.AssertConnectionError(ProtocolError);
        server = new ServerHarness(greeted: false);
        server.Send(Preface, SettingsAck());
        server.AssertConnectionError(ProtocolError);
    }

    internal static void Check(ServerHarness server, RuleCase rule)
    {
        server.Send(rule.Frames);
        if (rule.Code is not { } code)
        {
            Assert.DoesNotContain(server.Take(), frame => frame.Type is Frames.FrameType.RstStream or Frames.FrameType.GoAway);
            server.AssertAlive();
        }
        else if (rule.StreamId == 0)
        {
            server.AssertConnectionError(code);
        }
        else
        {
            server.AssertStreamError(rule.StreamId, code);
        }
    }
}
