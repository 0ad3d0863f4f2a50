using System.Buffers;
using System.Text;
using Netcd.Base;
using Netcd.Peer.Connections;
using Netcd.Peer.Streams;
using Netcd.TestKit;

namespace Netcd.Peer.Tests.Streams;

/// <summary>Streams between Go etcd 3.5.30 and 3.6.14, as they were captured.</summary>
public sealed class CaptureTests : IDisposable
{
    private static readonly MemberId Sender = new(0xf4108e3098d21e45);
    private static readonly MemberId Receiver = new(0x25b03727d8193a7c);

    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-peer-captures").FullName;

    public CaptureTests() => Fixtures.Unpack("etcd-peer-wire-captures.tar.gz", _directory);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Captured_streams_are_read_whole_and_those_of_3_6_written_back_to_the_same_bytes()
    {
        var appends = 0;
        var messages = 0;
        var compared = 0;
        foreach (var file in Directory.GetFiles(_directory, "*-resp", SearchOption.AllDirectories))
        {
            var request = Encoding.Latin1.GetString(File.ReadAllBytes(file[..^"resp".Length] + "req"));
            if (!request.StartsWith("GET /raft/stream/", StringComparison.Ordinal))
            {
                continue;
            }

            var response = File.ReadAllBytes(file);
            if (ResponseHead.TryParse(response, out var headLength) is not { Status: 200, IsChunked: true } head)
            {
                continue;
            }

            var kind = request.Contains("/msgapp/", StringComparison.Ordinal) ? StreamKind.MsgApp : StreamKind.Message;
            var body = response[headLength..];
            body = body[..new ChunkDecoder().Decode(body)];
            var decoder = StreamDecoder.For(kind, Sender, Receiver, Limits.MessageBytesMin);
            var encoder = StreamEncoder.For(kind);
            var written = new ArrayBufferWriter<byte>();
            var position = 0;
            while (decoder.TryFindEnd(body.AsSpan(position), out var length))
            {
                var message = decoder.Read(body.AsMemory(position, length));
                position += length;
                if (message is null)
                {
                    encoder.WriteLinkHeartbeat(written);
                    continue;
                }

                _ = kind == StreamKind.MsgApp ? appends++ : messages++;
                encoder.Write(written, message);
            }

            // The captures are cut off at 400 kB at the earliest: what is left is no whole frame.
            Assert.True(body.Length - position < 4096, $"{file}: stopped at {position} of {body.Length}");
            if (head.Header(PeerHeaders.ServerVersion).StartsWith("3.6.", StringComparison.Ordinal))
            {
                Assert.Equal(Convert.ToHexString(body[..position]), Convert.ToHexString(written.WrittenSpan));
                compared++;
            }
        }

        Assert.True(appends > 100 && messages > 200 && compared >= 12, $"{appends} {messages} {compared}");
    }
}
