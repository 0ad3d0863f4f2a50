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

    internal static void Reply(Http2Stream stream, string text) => Reply(stream, Encoding.ASCII.GetBytes(text));

    internal static void Reply(Http2Stream stream, byte[] body)
    {
        var room = stream.Connection.BeginReply(stream, HeaderBlock.GrpcHead, body.Length, HeaderBlock.GrpcOk);
        body.CopyTo(room);
        stream.Connection.EndReply();
    }
}
