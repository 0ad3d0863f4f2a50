using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using Google.Protobuf;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Client;

/// <summary>
/// Calls to one gRPC server over HTTP/2, plaintext (prior knowledge) or TLS, with the framework's
/// <see cref="SocketsHttpHandler"/>. Thread safe. Connections are made when they are first needed.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private const int PrefixBytes = FrameReader.PrefixBytes;

    // What a server may send before it has to wait for us: a snapshot or a long list comes at the network's pace from
    // its first byte on.
    private const int StreamWindowBytes = 1 << 20;

    // What is read of a connection at once while a long answer comes.
    private const int AheadBytes = 256 << 10;

    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _address;
    private readonly GrpcChannelOptions _options;

    /// <param name="address"><c>http://host:port</c> or <c>https://host:port</c>.</param>
    /// <param name="tls">Client certificate and trust for https; null for the system's defaults.</param>
    public GrpcChannel(Uri address, SslClientAuthenticationOptions? tls = null)
        : this(address, new GrpcChannelOptions { Tls = tls })
    {
    }

    /// <param name="address">As above.</param>
    /// <param name="options">How to connect.</param>
    public GrpcChannel(Uri address, GrpcChannelOptions options)
    {
        _address = address;
        _options = options;
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            PlaintextStreamFilter = static (context, _) =>
                new ValueTask<Stream>(new ReadAheadStream(context.PlaintextStream, AheadBytes)),
        };
        if (options.Tls is { } tls)
        {
            handler.SslOptions = tls;
        }

        if (options.UnixPath is { } path)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        }

        if (options.ConnectTimeout is { } connectTimeout)
        {
            handler.ConnectTimeout = connectTimeout;
        }

        if (options.KeepAliveTime is { } keepAliveTime)
        {
            handler.KeepAlivePingPolicy = options.PingsIdleConnections
                ? HttpKeepAlivePingPolicy.Always
                : HttpKeepAlivePingPolicy.WithActiveRequests;
            handler.KeepAlivePingDelay = keepAliveTime;
            handler.KeepAlivePingTimeout = options.KeepAliveTimeout;
        }

        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Makes a unary call.</summary>
    /// <exception cref="GrpcException">The status is not OK, or the answer is no gRPC answer.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, CallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TResponse : IMessage<TResponse>
    {
        var bytes = await CallAsync(path, request.ToByteArray(), options, cancellationToken).ConfigureAwait(false);
        return parser.ParseFrom(bytes);
    }

    /// <summary>Makes a unary call with messages as bytes.</summary>
    /// <exception cref="GrpcException">As above.</exception>
    public async Task<byte[]> CallAsync(
        string path, byte[] request, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var content = new ByteArrayContent(Pack(request));
        using var message = NewRequest(path, content, options ?? CallOptions.Default);
        using var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        byte[]? answer = null;
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                while (await FrameReader.ReadAsync(body, _options.ReceiveBytesMax, cancellationToken)
                    .ConfigureAwait(false) is { } part)
                {
                    answer = part;
                }
            }
        }
        catch (IOException problem)
        {
            throw Lost(problem);
        }

        ThrowIfFailed(response);
        return answer ?? throw new GrpcException(new Status(StatusCode.Internal, "the answer has no message"));
    }

    /// <summary>Opens a call with streams in both directions; dispose it to cancel.</summary>
    public StreamingCall<TResponse> OpenStream<TResponse>(
        string path, MessageParser<TResponse> parser, CallOptions? options = null)
        where TResponse : IMessage<TResponse>
    {
        var content = new RequestStreamContent();
        var message = NewRequest(path, content, options ?? CallOptions.Default);
        return new StreamingCall<TResponse>(this, message, content, parser);
    }

    public void Dispose() => _invoker.Dispose();

    internal int ReceiveBytesMax => _options.ReceiveBytesMax;

    /// <summary>A message behind its prefix, if it is not too long.</summary>
    internal byte[] Pack(ReadOnlySpan<byte> message)
    {
        if (message.Length > _options.SendBytesMax)
        {
            throw new GrpcException(
                new Status(
                    StatusCode.ResourceExhausted,
                    $"trying to send message larger than max ({message.Length} vs. {_options.SendBytesMax})"));
        }

        return Frame(message);
    }

    internal static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var framed = new byte[PrefixBytes + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed.AsSpan(PrefixBytes));
        return framed;
    }

    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await _invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException problem)
        {
            throw Lost(problem);
        }
    }

    /// <summary>What a failure of the connection means for the call.</summary>
    internal static GrpcException Lost(Exception problem)
    {
        var isUnsent = problem is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.VersionNegotiationError,
        };
        var reset = problem as HttpProtocolException ?? problem.InnerException as HttpProtocolException;
        return new GrpcException(
            reset is null
                ? new Status(StatusCode.Unavailable, TextOf(problem))
                : new Status(
                    CodeOf(reset.ErrorCode), $"stream terminated by RST_STREAM with error code: {reset.ErrorCode}"),
            isUnsent,
            problem);
    }

    // Doc: grpc's PROTOCOL-HTTP2, "HTTP2 Transport Mapping, Errors". The framework tells a stream's reset and the end
    // of its connection (GOAWAY) alike: NO_ERROR and ENHANCE_YOUR_CALM are the latter, a server that goes or that was
    // pinged too often.
    private static StatusCode CodeOf(long http2Error) => http2Error switch
    {
        0x0 or 0x7 or 0xb => StatusCode.Unavailable,
        0x8 => StatusCode.Canceled,
        0xc => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };

    private static string TextOf(Exception problem) =>
        problem.InnerException is { } inner && inner.Message != problem.Message
            ? $"{problem.Message}: {inner.Message}"
            : problem.Message;

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static void ThrowIfFailed(HttpResponseMessage response)
    {
        var status = StatusOf(response);
        if (!status.IsOK)
        {
            throw new GrpcException(status);
        }
    }

    private static Status StatusOf(HttpResponseMessage response)
    {
        if (!TryGet(response, "grpc-status", out var code))
        {
            return response.StatusCode == HttpStatusCode.OK
                ? new Status(StatusCode.Internal, "the server sent no grpc-status")
                : new Status(
                    StatusCode.Unknown,
                    $"unexpected HTTP status code received from server: {(int)response.StatusCode}");
        }

        TryGet(response, "grpc-message", out var text);
        return int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Status((StatusCode)number, Uri.UnescapeDataString(text))
            : new Status(StatusCode.Internal, $"malformed grpc-status: {code}");
    }

    private static bool TryGet(HttpResponseMessage response, string name, out string value)
    {
        if (response.TrailingHeaders.TryGetValues(name, out var values)
            || response.Headers.TryGetValues(name, out values))
        {
            value = values.First();
            return true;
        }

        value = "";
        return false;
    }

    private HttpRequestMessage NewRequest(string path, HttpContent content, CallOptions options)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        message.Headers.Host = _options.Authority;
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (options.Timeout is { } timeout)
        {
            message.Headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(timeout));
        }

        foreach (var (key, value) in options.Metadata)
        {
            message.Headers.TryAddWithoutValidation(key, value);
        }

        return message;
    }
}
