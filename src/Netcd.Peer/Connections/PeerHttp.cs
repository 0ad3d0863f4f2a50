using System.Net.Http.Headers;
using System.Security.Authentication;

namespace Netcd.Peer.Connections;

/// <summary>
/// Single requests to peers: HTTP/1.1, no redirects, no proxy, no cookies. Connections are kept, those of TLS apart
/// from the others.
/// </summary>
internal sealed class PeerHttp : IDisposable
{
    private static readonly HttpRequestOptionsKey<PeerUrl> UrlKey = new("netcd-peer-url");

    private readonly HttpMessageInvoker _plain;
    private readonly HttpMessageInvoker _tls;

    public PeerHttp(PeerConnector connector)
    {
        _plain = new HttpMessageInvoker(Handler(connector));
        _tls = new HttpMessageInvoker(Handler(connector));
    }

    public static HttpRequestMessage Request(HttpMethod method, PeerUrl url, string path)
    {
        var request = new HttpRequestMessage(method, url.RequestUri(path))
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Options.Set(UrlKey, url);
        request.Headers.Host = url.Authority;
        request.Headers.TryAddWithoutValidation("User-Agent", PeerHeaders.UserAgent);
        return request;
    }

    /// <summary>The answer, its body still to be read within a bound.</summary>
    /// <exception cref="HttpRequestException">There was none.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Options.TryGetValue(UrlKey, out var url);
        return (url is { IsTls: true } ? _tls : _plain).SendAsync(request, cancellation);
    }

    /// <summary>Reads a body of at most <paramref name="max"/> bytes; null when it is longer.</summary>
    public static async Task<byte[]?> ReadBodyAsync(HttpContent content, int max, CancellationToken cancellation)
    {
        await using var body = await content.ReadAsStreamAsync(cancellation);
        using var copy = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (copy.Length + count > max)
            {
                return null;
            }

            copy.Write(buffer, 0, count);
        }

        return copy.ToArray();
    }

    public static ByteArrayContent Content(byte[] body, string mediaType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }

    public void Dispose()
    {
        _plain.Dispose();
        _tls.Dispose();
    }

    private static SocketsHttpHandler Handler(PeerConnector connector) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = Limits.IdleConnectionTimeout,
        MaxResponseHeadersLength = Limits.ResponseHeadBytesMax / 1024,
        ConnectTimeout = Timeout.InfiniteTimeSpan,
        ConnectCallback = async (context, cancellation) =>
        {
            context.InitialRequestMessage.Options.TryGetValue(UrlKey, out var url);
            try
            {
                // Not null: each request is made above.
                return (await connector.ConnectAsync(url!, cancellation)).Stream;
            }
            catch (Exception refused) when (refused is AuthenticationException or TimeoutException)
            {
                throw new HttpRequestException(refused.Message, refused);
            }
        },
    };
}
