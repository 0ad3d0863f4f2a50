using System.Net;
using Netcd.Base.Protobuf;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Programs;

/// <summary>Just enough of etcd's KV service for etcdctl to put and get: one key space, no revisions.</summary>
internal sealed class SmallStore : IAsyncDisposable
{
    private readonly GrpcHost _host;
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    private SmallStore(Feed feed, TlsServerOptions? tls)
    {
        _host = new GrpcHost(new GrpcHostOptions
        {
            Listeners =
            [
                new ListenerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                    Tls = tls is null ? null : new TlsServer(tls, TimeProvider.System, Log),
                },
            ],
            Methods = new MethodTable(
            [
                new Method("etcdserverpb.KV", "Put", new UnaryHandler(Put)),
                new Method("etcdserverpb.KV", "Range", new UnaryHandler(Range)),
            ]),
            Logger = Log,
            UseKestrelHttp2 = feed == Feed.Kestrel,
        });
    }

    public TestLog Log { get; } = new();

    public int Port => ((IPEndPoint)_host.EndPoints[0]).Port;

    public static async Task<SmallStore> StartAsync(Feed feed, TlsServerOptions? tls)
    {
        var store = new SmallStore(feed, tls);
        await store._host.StartAsync();
        return store;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static (string Key, byte[] Value) Read(ReadOnlySpan<byte> message)
    {
        var (key, value) = ("", Array.Empty<byte>());
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    key = System.Text.Encoding.UTF8.GetString(reader.ReadBytes(wireType));
                    break;
                case 2:
                    value = reader.ReadBytes(wireType).ToArray();
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return (key, value);
    }

    private CallStep Put(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        var (key, value) = Read(message);
        lock (_values)
        {
            _values[key] = value;
        }

        // PutResponse { header { revision: 2 } }
        ReadOnlySpan<byte> answer = [0x0a, 2, 0x18, 2];
        answer.CopyTo(reply.Message(answer.Length));
        return CallStep.Done;
    }

    private CallStep Range(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        var (key, _) = Read(message);
        byte[] value;
        lock (_values)
        {
            value = _values[key];
        }

        // RangeResponse { header { revision: 2 }, kvs { key, value }, count: 1 }
        var name = System.Text.Encoding.UTF8.GetBytes(key);
        byte[] answer =
        [
            0x0a, 2, 0x18, 2,
            0x12, (byte)(4 + name.Length + value.Length),
            0x0a, (byte)name.Length, .. name,
            0x2a, (byte)value.Length, .. value,
            0x20, 1,
        ];
        answer.CopyTo(reply.Message(answer.Length));
        return CallStep.Done;
    }
}
