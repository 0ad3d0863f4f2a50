using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Netcd.Api.Gateway.Sockets;

/// <summary>
/// The change from HTTP to a WebSocket (RFC 6455, section 4.2). What is refused, and how, is that of
/// gorilla/websocket's server.go, which etcd uses.
/// </summary>
internal static class SocketHandshake
{
    private const int KeyBytes = 16;
    private const string Suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const string Version = "13";

    /// <summary>Whether a request asks for the change.</summary>
    public static bool IsAsked(HttpRequest request) =>
        HasToken(request.Headers.Connection, "upgrade") && HasToken(request.Headers.Upgrade, "websocket");

    /// <summary>The status to refuse with; 0 for a request that can be taken.</summary>
    public static int Check(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method))
        {
            return StatusCodes.Status405MethodNotAllowed;
        }

        if (!HasToken(request.Headers.SecWebSocketVersion, Version) || !IsKey(request.Headers.SecWebSocketKey))
        {
            return StatusCodes.Status400BadRequest;
        }

        return context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            ? 0
            : StatusCodes.Status500InternalServerError;
    }

    /// <summary>Answers a request that cannot be taken.</summary>
    public static Task RefuseAsync(HttpContext context, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers["Sec-Websocket-Version"] = Version;
        response.Headers.XContentTypeOptions = "nosniff";
        var text = status switch
        {
            StatusCodes.Status405MethodNotAllowed => "Method Not Allowed\n",
            StatusCodes.Status400BadRequest => "Bad Request\n",
            _ => "Internal Server Error\n",
        };
        response.ContentLength = text.Length;
        return response.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>Sends the answer and gives what lies below the frames.</summary>
    public static Task<Stream> AcceptAsync(HttpContext context)
    {
        // What other answers say to browsers is left out: the answer is all the handshake's own.
        var headers = context.Response.Headers;
        headers.Clear();
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        if (SocketRequest.HasBearer(context.Request))
        {
            headers.SecWebSocketProtocol = "Bearer";
        }

        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        Base.Invariant.Check(upgrade is not null);
        return upgrade.UpgradeAsync();
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 6455")]
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.Latin1.GetBytes(key + Suffix)));

    private static bool IsKey(string? key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return key is not null && Convert.TryFromBase64String(key, bytes, out var length) && length == KeyBytes;
    }

    private static bool HasToken(Microsoft.Extensions.Primitives.StringValues values, string token)
    {
        foreach (var value in values)
        {
            foreach (var word in (value ?? "").Split(','))
            {
                if (word.Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
