using Microsoft.AspNetCore.Http;

namespace Netcd.Api.Gateway.Sockets;

/// <summary>
/// The headers of the request that stands behind a WebSocket: browsers can set none but the protocol, so that carries
/// the token. Upstream: github.com/tmc/grpc-websocket-proxy, wsproxy/websocket_proxy.go.
/// </summary>
internal static class SocketRequest
{
    private const string TokenCookie = "token";
    private const string Bearer = "Bearer";

    public static bool HasBearer(HttpRequest request) =>
        ProtocolOf(request).StartsWith(Bearer, StringComparison.Ordinal);

    /// <summary>Fills the headers that the gateway sees. All else the client sent stays behind.</summary>
    public static void CopyHeaders(HttpRequest from, IHeaderDictionary to)
    {
        if (from.Headers.TryGetValue("Origin", out var origin))
        {
            to.Origin = origin;
        }

        if (from.Headers.TryGetValue("Referer", out var referer))
        {
            to.Referer = referer;
        }

        var protocol = ProtocolOf(from);
        if (from.Cookies.TryGetValue(TokenCookie, out var cookie))
        {
            to.Authorization = $"{Bearer} {cookie}";
        }
        else if (protocol.Length > 0)
        {
            // Some browsers leave out the blank.
            var start = protocol.IndexOf("Bearer,", StringComparison.Ordinal);
            to.Authorization = start < 0 ? "" : $"{Bearer} {protocol[(start + Bearer.Length + 1)..].Trim(' ')}";
        }
    }

    private static string ProtocolOf(HttpRequest request) =>
        request.Headers.SecWebSocketProtocol is [{ } first, ..] ? first : "";
}
