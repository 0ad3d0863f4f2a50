using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Netcd.Api.Access;
using Netcd.Server.Auth;

namespace Netcd.Api.Auth.Tokens;

/// <summary>
/// JSON Web Tokens (RFC 7519) that name user and auth revision; nobody keeps them. Only the configured algorithm
/// counts, whatever a token's header says. Upstream: server/auth/jwt.go and golang-jwt/jwt v4.
/// </summary>
internal sealed class JwtProvider(JwtOptions options, TimeProvider time) : ITokenProvider
{
    // Checking a signature costs some ten microseconds, and a client sends its token with every call.
    private const int VerifiedMax = 4096;

    private readonly ConcurrentDictionary<byte[], JwtClaims> _verified = new(TokenComparer.Instance);
    private readonly string _header = Encode($$"""{"alg":"{{options.Algorithm}}","typ":"JWT"}""");

    public bool IssuesAtOnce => false;

    public bool TryIdentify(ReadOnlySpan<byte> token, out Caller caller)
    {
        if (!_verified.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(token, out var claims))
        {
            claims = Verify(token);
            if (claims is not null)
            {
                Keep(token.ToArray(), claims);
            }
        }

        if (claims is null || !claims.IsInForce(time.GetUtcNow()))
        {
            caller = default;
            return false;
        }

        caller = new Caller(claims.User, claims.Revision);
        return true;
    }

    public bool MustWait(ReadOnlySpan<byte> token) => false;

    public byte[] NewPrefix() => [];

    public byte[]? Issue(byte[] user, ulong revision, byte[] applied)
    {
        if (options.Key.IsVerifyOnly)
        {
            throw new TokenException("auth: token signing attempted with verify-only key");
        }

        var expiry = (time.GetUtcNow() + options.Lifetime).ToUnixTimeSeconds();
        var name = JsonEncodedText.Encode(user, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        var claims = string.Create(
            CultureInfo.InvariantCulture, $$"""{"exp":{{expiry}},"revision":{{revision}},"username":"{{name}}"}""");
        var content = $"{_header}.{Encode(claims)}";
        var signature = options.Key.Sign(Encoding.ASCII.GetBytes(content));
        return Encoding.ASCII.GetBytes($"{content}.{Base64Url.EncodeToString(signature)}");
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private JwtClaims? Verify(ReadOnlySpan<byte> token)
    {
        // Exactly three parts; nothing is cut up before that is known. One token has one form: no padding, no spaces.
        if (token.Count((byte)'.') != 2 || token.ContainsAny(" =\t\r\n"u8))
        {
            return null;
        }

        var first = token.IndexOf((byte)'.');
        var last = token.LastIndexOf((byte)'.');
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromUtf8(token[..first]));
            if (header.RootElement.ValueKind != JsonValueKind.Object
                || !header.RootElement.TryGetProperty("alg", out var algorithm)
                || algorithm.ValueKind != JsonValueKind.String
                || algorithm.GetString() != options.Algorithm)
            {
                return null;
            }

            var signature = Base64Url.DecodeFromUtf8(token[(last + 1)..]);
            return options.Key.Verify(token[..last], signature)
                ? JwtClaims.Parse(Base64Url.DecodeFromUtf8(token[(first + 1)..last]))
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException
            or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private void Keep(byte[] token, JwtClaims claims)
    {
        if (_verified.Count >= VerifiedMax)
        {
            _verified.Clear();
        }

        _verified[token] = claims;
    }
}
