using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// A request that is not gRPC: its parts become ASP.NET Core's request features, the application runs on the thread
/// pool, and what it writes is pulled by the codec. The same application answers HTTP/1.1 through Kestrel.
/// </summary>
#pragma warning disable CA1001 // A cancellation source without a timer or a wait handle has nothing to dispose of.
internal sealed class WebExchange
#pragma warning restore CA1001
{
    // Fields of HTTP/1.1 connections, which HTTP/2 has no place for (RFC 9113 section 8.2.2).
    private static readonly FrozenSet<string> Forbidden = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    private readonly CodecServer _server;
    private readonly ConnectionDriver _driver;
    private readonly ListenerOptions _listener;
    private readonly Http2Stream _stream;
    private readonly int _streamId;
    private readonly int _generation;
    private readonly FeatureCollection _features;
    private readonly CancellationTokenSource _aborted = new();
    private readonly WebRequestBody _request;
    private readonly WebResponse _response;
    private bool _hasHeadersSent;

    public WebExchange(
        CodecServer server,
        ConnectionDriver driver,
        ConnectionContext transport,
        ListenerOptions listener,
        Http2Stream stream)
    {
        _server = server;
        _driver = driver;
        _listener = listener;
        _stream = stream;
        _streamId = stream.Id;
        _generation = stream.Generation;
        _features = new FeatureCollection(transport.Features);
        _request = new WebRequestBody(count => Post(InboxKind.Credit, count));
        _response = new WebResponse(() => Post(InboxKind.Output, 0));
        SetConnection(transport);
    }

    public void Begin(Http2Headers headers, bool endStream)
    {
        _features.Set<IHttpRequestFeature>(Request(headers));
        _features.Set<IHttpResponseFeature>(_response);
        _features.Set<IHttpResponseBodyFeature>(_response);
        _features.Set<IRequestBodyPipeFeature>(_request);
        _features.Set<IHttpRequestLifetimeFeature>(new WebLifetime(_aborted, () => Post(InboxKind.Reset, 0)));
        _features.Set<IHttpRequestBodyDetectionFeature>(new WebBodyDetection(!endStream));
        if (endStream)
        {
            _request.End();
        }

        _response.IsHead = headers.Method.SequenceEqual("HEAD"u8);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Takes body bytes; none is credited before the application has read it.</summary>
    public int OnData(ReadOnlySpan<byte> data, bool endStream)
    {
        _request.Add(data);
        if (endStream)
        {
            _request.End();
        }

        return 0;
    }

    public void Apply(Http2Connection connection, in InboxItem item)
    {
        switch (item.Kind)
        {
            case InboxKind.Credit:
                connection.ReturnCredit(_stream, (int)item.Count);
                break;
            case InboxKind.Reset:
                connection.Reset(_stream, Http2ErrorCode.InternalError);
                break;
            case InboxKind.Output when _hasHeadersSent:
                connection.BodyReady(_stream);
                break;
            case InboxKind.Output:
                _hasHeadersSent = true;
                var isEmpty = _response.IsCompleteAndEmpty;
                connection.SendHeaders(_stream, Head(), endStream: isEmpty);
                if (!isEmpty)
                {
                    connection.SendBody(_stream, _response);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>
    /// The stream is over, well or not: the application may still run and learns that its request is aborted.
    /// </summary>
    public void OnClosed()
    {
        _request.Abort();
        _response.Abandon();
        if (!_response.IsComplete)
        {
            // Callbacks of the application must not run on the connection's thread.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _aborted, preferLocal: false);
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private async Task RunAsync()
    {
        var context = new DefaultHttpContext(_features);
        try
        {
            await _server.Application.ServeWebAsync(context, _listener);
            await _response.CompleteAsync();
        }
        catch (Exception error)
        {
            HostLog.WebFailed(_server.Options.Logger, context.Request.Path, error);
            Post(InboxKind.Reset, 0);
        }
        finally
        {
            _request.Abort();
            await _response.RunCompletedAsync();
        }
    }

    private HttpRequestFeature Request(Http2Headers headers)
    {
        var target = Text(headers.Path);
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var request = new HttpRequestFeature
        {
            Protocol = HttpProtocol.Http2,
            Method = Text(headers.Method),
            Scheme = _features.Get<ITlsConnectionFeature>() is null ? "http" : "https",
            Path = Uri.UnescapeDataString(path),
            QueryString = query < 0 ? "" : target[query..],
            RawTarget = target,
            Body = _request.Stream,
        };
        request.Headers.Host = Text(headers.Authority);
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.NameOf(i) != HeaderName.Host)
            {
                request.Headers.Append(Text(headers.Name(i)), Text(headers.Value(i)));
            }
        }

        return request;
    }

    private HeaderBlock Head()
    {
        var fields = new List<(string Name, string Value)>
        {
            (":status", _response.StatusCode.ToString(CultureInfo.InvariantCulture)),
        };
        var hasDate = false;
        foreach (var (name, values) in _response.Headers)
        {
            if (Forbidden.Contains(name))
            {
                continue;
            }

            hasDate |= name.Equals("Date", StringComparison.OrdinalIgnoreCase);
            foreach (var value in values)
            {
                fields.Add((name.ToLowerInvariant(), value ?? ""));
            }
        }

        if (!hasDate)
        {
            fields.Add(("date", _server.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture)));
        }

        return HeaderBlock.Encode([.. fields]);
    }

    private void Post(InboxKind kind, long count)
    {
        _driver.Post(new InboxItem(kind, _streamId, _generation, default, count));
        _driver.Flush();
    }

    private void SetConnection(ConnectionContext transport)
    {
        var remote = transport.RemoteEndPoint as System.Net.IPEndPoint;
        var local = transport.LocalEndPoint as System.Net.IPEndPoint;
        _features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = transport.ConnectionId,
            RemoteIpAddress = remote?.Address,
            RemotePort = remote?.Port ?? 0,
            LocalIpAddress = local?.Address,
            LocalPort = local?.Port ?? 0,
        });
    }
}
