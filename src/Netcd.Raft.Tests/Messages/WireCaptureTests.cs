using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Raft.Messages;
using Netcd.TestKit;

namespace Netcd.Raft.Tests.Messages;

/// <summary>Messages that Go etcd 3.5.30 and 3.6.14 sent to each other, taken from captured connections.</summary>
public sealed class WireCaptureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-raft-captures").FullName;

    public WireCaptureTests() => Fixtures.Unpack("etcd-peer-wire-captures.tar.gz", _directory);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Captured_messages_are_read_and_written_back_to_the_same_bytes()
    {
        var kinds = new Dictionary<(MessageForm Form, MessageType Type), int>();
        foreach (var (request, response) in Connections())
        {
            var form = WireCapture.Header(response, "X-Server-Version").StartsWith("3.5.", StringComparison.Ordinal)
                ? MessageForm.V35
                : MessageForm.V36;
            foreach (var bytes in WireCapture.StreamMessages(WireCapture.RequestPath(request), response))
            {
                var message = MessageCodec.Read(bytes);
                Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(MessageCodec.Encode(message, form)));
                var key = (form, message.Type);
                kinds[key] = kinds.GetValueOrDefault(key) + 1;
            }
        }

        Assert.True(kinds.Values.Sum() > 100, $"{kinds.Values.Sum()} messages");
        foreach (var type in (MessageType[])
            [MessageType.App, MessageType.AppResp, MessageType.Heartbeat, MessageType.HeartbeatResp])
        {
            Assert.Contains((MessageForm.V35, type), kinds.Keys);
            Assert.Contains((MessageForm.V36, type), kinds.Keys);
        }
    }

    [Fact]
    public void Captured_entries_are_read_and_written_back_to_the_same_bytes()
    {
        var count = 0;
        foreach (var (request, response) in Connections())
        {
            if (!WireCapture.RequestPath(request).StartsWith("/raft/stream/msgapp/", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var bytes in WireCapture.StreamEntries(response))
            {
                var entry = RecordCodec.ReadEntry(bytes);
                var written = new byte[RecordCodec.Size(entry)];
                var writer = new ProtoWriter(written);
                RecordCodec.Write(ref writer, entry);
                Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(written));
                Assert.True(MessageCheck.IsReadable(entry));
                count++;
            }
        }

        Assert.True(count > 10, $"{count} entries");
    }

    private IEnumerable<(byte[] Request, byte[] Response)> Connections()
    {
        foreach (var path in Directory.GetFiles(_directory, "*-resp", SearchOption.AllDirectories).Order())
        {
            var request = File.ReadAllBytes(path[..^"resp".Length] + "req");
            if (WireCapture.RequestPath(request).StartsWith("/raft/stream/", StringComparison.Ordinal))
            {
                yield return (request, File.ReadAllBytes(path));
            }
        }
    }
}
