using System.Text;
using Microsoft.AspNetCore.Connections;
using Netcd.Base;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// Turns the codec's requests into unary calls, streams and web requests, and hands events on to them. Everything runs
/// on the connection's owner.
/// </summary>
internal sealed class CallDispatcher : IHttp2Handler
{
    private readonly CodecServer _server;
    private readonly ConnectionDriver _driver;
    private readonly ConnectionContext _transport;
    private readonly ListenerOptions _listener;
    private readonly PeerIdentity _peer;
    private Http2Connection? _connection;
    private UnaryCalls? _unary;
    private StreamCalls? _streams;

    public CallDispatcher(CodecServer server, ConnectionDriver driver, ConnectionContext transport)
    {
        var listener = transport.Features.Get<ListenerOptions>();
        Invariant.Check(listener is not null);
        _server = server;
        _driver = driver;
        _transport = transport;
        _listener = listener;
        _peer = transport.Features.Get<PeerIdentity>() ?? new PeerIdentity(transport.RemoteEndPoint, null, "");
    }

    private Http2Connection Connection
    {
        get
        {
            Invariant.Check(_connection is not null);
            return _connection;
        }
    }

    private UnaryCalls Unary
    {
        get
        {
            Invariant.Check(_unary is not null);
            return _unary;
        }
    }

    private StreamCalls Streams
    {
        get
        {
            Invariant.Check(_streams is not null);
            return _streams;
        }
    }

    /// <summary>Gives the codec's connection, which is made with this object.</summary>
    public void Attach(Http2Connection connection)
    {
        _connection = connection;
        _unary = new UnaryCalls(_server, _driver, connection, _peer);
        _streams = new StreamCalls(_server, _driver, connection, _peer);
    }

    public object? ResolvePath(ReadOnlySpan<byte> path) => _server.Methods.TryGet(path, out var method) ? method : null;

    public void OnRequest(Http2Stream stream, Http2Headers headers, bool endStream)
    {
        var head = Parse(headers, out var isGrpc);
        if (!_listener.ServesGrpc || (!isGrpc && _server.Application.ServesWeb(_listener)))
        {
            var exchange = new WebExchange(_server, _driver, _transport, _listener, stream);
            stream.State = exchange;
            exchange.Begin(headers, endStream);
        }
        else if (head.Check(headers.Method) is { } refusal)
        {
            Refuse(stream, head, refusal);
        }
        else if (headers.ResolvedPath is not Method method)
        {
            var path = Encoding.Latin1.GetString(headers.Path);
            Refuse(stream, head, new Refusal(200, _server.Methods.Unimplemented(path)));
        }
        else if (head.Encoding == MessageEncoding.Unknown)
        {
            Refuse(stream, head, new Refusal(200, GrpcErrors.EncodingUnknown(head.EncodingName ?? "")));
        }
        else if (method.Unary is not null)
        {
            Unary.Begin(stream, method, head, headers, endStream);
        }
        else
        {
            Streams.Begin(stream, method, head, headers, endStream);
        }
    }

    public int OnData(Http2Stream stream, ReadOnlySpan<byte> data, bool endStream)
    {
        switch (stream.State)
        {
            case UnaryCall unary:
                Unary.OnData(stream, unary, data, endStream);
                return data.Length;
            case StreamCall call:
                Streams.OnData(call, data, endStream);
                return data.Length;
            case WebExchange exchange:
                return exchange.OnData(data, endStream);
            default:
                // The request was refused; what it still sends goes nowhere.
                return data.Length;
        }
    }

    public void OnTrailers(Http2Stream stream, Http2Headers trailers) => OnData(stream, [], endStream: true);

    public void OnClosed(Http2Stream stream, StreamEnd end, Http2ErrorCode code)
    {
        switch (stream.State)
        {
            case UnaryCall unary:
                Unary.OnClosed(unary);
                break;
            case StreamCall call:
                Streams.OnClosed(call, end);
                break;
            case WebExchange exchange:
                exchange.OnClosed();
                break;
            default:
                break;
        }
    }

    public void OnSendQueueDrained()
    {
        // Calls are not held back: the codec refuses new streams when far more is waiting.
    }

    /// <summary>Does what another thread asked for.</summary>
    public void Apply(in InboxItem item)
    {
        var stream = Connection.Find(item.StreamId, item.Generation);
        switch (stream?.State)
        {
            case UnaryCall { IsPending: true } call when item.Kind == InboxKind.Reply:
                Unary.Answer(stream, call, item.Reply);
                break;
            case UnaryCall { IsPending: true } call when item.Kind == InboxKind.Deadline:
                Unary.Answer(stream, call, Reply.Error(GrpcErrors.DeadlineExceeded));
                break;
            case StreamCall call when item.Kind == InboxKind.Deadline:
                Streams.OnDeadline(call);
                break;
            case StreamCall call when item.Kind == InboxKind.Output:
                Streams.OnOutput(call);
                break;
            case WebExchange exchange:
                exchange.Apply(Connection, item);
                break;
            default:
                // The call is over.
                item.Reply.Release();
                break;
        }
    }

    /// <summary>
    /// Tells handlers that there is room; not done while the codec pulls, for they may write at once.
    /// </summary>
    public void AfterPump() => Streams.AfterPump();

    private static RequestHead Parse(Http2Headers headers, out bool isGrpc)
    {
        var head = default(RequestHead);
        isGrpc = false;
        for (var i = 0; i < headers.Count; i++)
        {
            switch (headers.NameOf(i))
            {
                case HeaderName.ContentType:
                    isGrpc |= RequestHead.IsGrpc(headers.Value(i));
                    head.AddContentType(headers.Value(i));
                    break;
                case HeaderName.GrpcTimeout:
                    head.AddTimeout(headers.Value(i));
                    break;
                case HeaderName.GrpcEncoding:
                    head.AddEncoding(headers.Value(i));
                    break;
                case HeaderName.Other:
                    head.AddOther(headers.Name(i), headers.Value(i));
                    break;
                default:
                    break;
            }
        }

        return head;
    }

    private void Refuse(Http2Stream stream, in RequestHead head, Refusal refusal)
    {
        var block = StatusBlocks.TrailersOnly(refusal.Status, head.Subtype, refusal.HttpStatus);
        Connection.SendHeaders(stream, block, endStream: true);
    }
}
