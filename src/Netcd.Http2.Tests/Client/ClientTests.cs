using System.Buffers;
using System.Text;
using Netcd.Http2.Client;

namespace Netcd.Http2.Tests.Client;

public class ClientTests
{
    private static readonly (string, string)[] Request =
        [(":method", "POST"), (":scheme", "http"), (":path", "/a.B/C"), (":authority", "x"), ("te", "trailers"),
            ("content-type", "application/grpc"), ("user-agent", "test/1")];

    [Fact]
    public void Client_and_server_talk_with_few_octets_a_request()
    {
        var pair = new ClientServerPair();
        for (var i = 0; i < 1000; i++)
        {
            var before = pair.SentBytes;
            pair.Client.SendRequest([.. Request, ("grpc-timeout", $"{i % 7}S")], "ping"u8);
            pair.Exchange();
            if (i > 10)
            {
                Assert.InRange(pair.SentBytes - before, 1, 9 + 12 + 9 + 4 + 13);
            }
        }

        Assert.Equal(1000, pair.Answers.Count);
        Assert.All(pair.Answers, answer => Assert.Equal("200 ping grpc-status=0", answer));
        Assert.Equal(["/a.B/C"], pair.Server.Handler.Resolved);
        Assert.Equal(0, pair.Server.Connection.OpenStreams);
    }

    [Fact]
    public void Long_bodies_cross_in_both_directions()
    {
        var pair = new ClientServerPair();
        var body = new string('x', 50_000);
        pair.Client.SendRequest(Request, Encoding.ASCII.GetBytes(body));
        pair.Exchange();
        Assert.Equal($"200 {body} grpc-status=0", Assert.Single(pair.Answers));
    }

    [Fact]
    public void Zero_header_table_of_the_peer_is_acknowledged_in_the_next_block()
    {
        var server = new ServerHarness();
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "x");
        server.Send(Wire.Settings((1, 0)), Wire.Headers(1), Wire.Headers(3));
        var headers = server.Take(Frames.FrameType.Headers);
        Assert.Equal(0x20, headers[0].Payload[0]);
        Assert.Equal([false, false, false], headers[1..].Select(frame => frame.Payload[0] == 0x20));
    }

    /// <summary>A client and an echoing server, joined by two buffers.</summary>
    private sealed class ClientServerPair : IHttp2ClientHandler
    {
        private readonly ArrayBufferWriter<byte> _toServer = new();
        private readonly Dictionary<int, StringBuilder> _texts = [];
        private readonly Dictionary<int, MemoryStream> _requests = [];
        private int _sent;
        private int _received;

        public ClientServerPair()
        {
            Server = new ServerHarness(greeted: false);
            Server.Handler.Answer = stream => ReplyTests.Reply(stream, Body(stream));
            Client = new Http2ClientConnection(this, _toServer);
            Exchange();
        }

        public ServerHarness Server { get; }

        public Http2ClientConnection Client { get; }

        public List<string> Answers { get; } = [];

        public int SentBytes => _toServer.WrittenCount;

        public void Exchange()
        {
            var moved = true;
            while (moved)
            {
                var bytes = _toServer.WrittenSpan[_sent..].ToArray();
                _sent += bytes.Length;
                Server.Send(bytes);
                var taken = Client.Process(Server.Output[_received..]);
                Assert.True(taken >= 0);
                _received += taken;
                moved = bytes.Length > 0 || taken > 0;
            }
        }

        public void OnHeaders(int streamId, Http2Headers headers, bool endStream)
        {
            if (!_texts.TryGetValue(streamId, out var text))
            {
                _texts.Add(streamId, new StringBuilder(Encoding.ASCII.GetString(headers.Status)).Append(' '));
                return;
            }

            Assert.True(headers.TryGetValue(HeaderName.GrpcStatus, out var status));
            Answers.Add($"{text} grpc-status={Encoding.ASCII.GetString(status)}");
        }

        public void OnData(int streamId, ReadOnlySpan<byte> data, bool endStream) =>
            _texts[streamId].Append(Encoding.ASCII.GetString(data));

        public void OnReset(int streamId, Http2ErrorCode code) => Assert.Fail($"reset {code}");

        public void OnGoAway(int lastStreamId, Http2ErrorCode code, ReadOnlySpan<byte> debugData) =>
            Assert.Fail($"goaway {code} {Encoding.ASCII.GetString(debugData)}");

        private byte[] Body(Http2Stream stream)
        {
            // The handler records lengths only: what was asked is known from them.
            var length = Server.Handler.Calls
                .Where(call => call.StartsWith($"data {stream.Id} ", StringComparison.Ordinal))
                .Sum(call => int.Parse(call.Split(' ')[2]));
            Assert.DoesNotContain(stream.Id, _requests.Keys);
            return Encoding.ASCII.GetBytes(length == 4 ? "ping" : new string('x', length));
        }
    }
}
