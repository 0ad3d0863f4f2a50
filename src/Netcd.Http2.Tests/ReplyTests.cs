using System.Text;
using Netcd.Http2.Frames;

namespace Netcd.Http2.Tests;

public class ReplyTests
{
    [Fact]
    public void Small_reply_is_headers_data_and_trailers_in_one_write()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => Reply(stream, "hello");
        server.Send(Wire.Headers(1, Wire.EndHeaders), Wire.Data(1, 12, Wire.EndStream));

        var frames = server.Take();
        Assert.Equal([FrameType.Headers, FrameType.Data, FrameType.Headers], frames.Select(frame => frame.Type));
        Assert.Equal(HeaderBlock.GrpcHead.Bytes.ToArray(), frames[0].Payload);
        Assert.Equal("hello", Encoding.ASCII.GetString(frames[1].Payload));
        Assert.Equal(HeaderBlock.GrpcOk.Bytes.ToArray(), frames[2].Payload);
        Assert.Equal([false, false, true], frames.Select(frame => frame.EndsStream));
        Assert.Equal(
            ["request 1 POST /test.Service/Method", "data 1 12 end", "closed 1 Finished NoError"],
            server.Handler.Calls);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60_000)]
    public void Reply_taken_back_sends_nothing_and_the_stream_can_be_answered_otherwise(int length)
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream =>
        {
            stream.Connection.BeginReply(stream, HeaderBlock.GrpcHead, length, HeaderBlock.GrpcOk);
            stream.Connection.AbandonReply();
            stream.Connection.SendHeaders(stream, HeaderBlock.GrpcOk, endStream: true);
        };
        server.Send(Wire.Headers(1));
        Assert.True(Assert.Single(server.Take()) is { Type: FrameType.Headers, EndsStream: true });
        server.Handler.Answer = stream => Reply(stream, "next");
        server.Send(Wire.Headers(3));
        Assert.Equal(4, FlowControlTests.Sum(server.Take(), 3));
    }

    [Fact]
    public void Reply_to_a_stream_that_has_ended_goes_nowhere()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream =>
        {
            stream.Connection.Reset(stream, Http2ErrorCode.Cancel);
            Reply(stream, "late");
            stream.Connection.SendTrailers(stream, HeaderBlock.GrpcOk);
            stream.Connection.BodyReady(stream);
            stream.Connection.ReturnCredit(stream, 10);
        };
        server.Send(Wire.Headers(1));
        server.AssertStreamError(1, Http2ErrorCode.Cancel);
        Assert.False(server.Connection.IsSendQueueFull);
    }

    [Fact]
    public void Early_answer_resets_the_rest_of_the_request_without_error()
    {
        var server = new ServerHarness();
        server.Handler.Begun = stream => stream.Connection.SendHeaders(stream, HeaderBlock.GrpcOk, endStream: true);
        server.Send(Wire.Headers(1, Wire.EndHeaders));
        server.AssertStreamError(1, Http2ErrorCode.NoError);
        server.Send(Wire.Data(1, 16_000), Wire.Data(1, 10, Wire.EndStream));
        server.AssertAlive();
        Assert.Equal("closed 1 Finished NoError", server.Handler.Calls[^1]);
    }

    [Fact]
    public void Late_completion_finds_no_stream_of_its_generation()
    {
        var server = new ServerHarness();
        server.Send(Wire.Headers(1));
        var stream = server.Handler.Open[1];
        var generation = stream.Generation;
        Assert.Same(stream, server.Connection.Find(1, generation));
        server.Send(Wire.Reset(1), Wire.Headers(3));
        Assert.Null(server.Connection.Find(1, generation));
        Assert.Same(stream, server.Handler.Open[3]);
        Assert.Null(server.Connection.Find(3, generation));
    }

    [Fact]
    public void Head_longer_than_a_frame_goes_on_in_continuations()
    {
        var server = new ServerHarness();
        var head = HeaderBlock.Encode((":status", "200"), ("x-long", new string('v', 40_000)));
        server.Handler.Answer = stream => stream.Connection.SendHeaders(stream, head, endStream: true);
        server.Send(Wire.Settings((1, 0)), Wire.Headers(1));
        var frames = server.Take()[1..];
        Assert.Equal([FrameType.Headers, FrameType.Continuation, FrameType.Continuation], frames.Select(frame => frame.Type));
        Assert.Equal([false, false, true], frames.Select(frame => frame.Header.Has(FrameFlags.EndHeaders)));
        Assert.Equal([true, false, false], frames.Select(frame => frame.EndsStream));
        Assert.Equal([0x20, .. head.Bytes], frames.SelectMany(frame => frame.Payload).ToArray());
    }

    internal static void Reply(Http2Stream stream, string text) => Reply(stream, Encoding.ASCII.GetBytes(text));

    internal static void Reply(Http2Stream stream, byte[] body)
    {
        var room = stream.Connection.BeginReply(stream, HeaderBlock.GrpcHead, body.Length, HeaderBlock.GrpcOk);
        body.CopyTo(room);
        stream.Connection.EndReply();
    }
}
