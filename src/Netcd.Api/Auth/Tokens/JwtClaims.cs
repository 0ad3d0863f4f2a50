using System.Text;
using System.Text.Json;

namespace Netcd.Api.Auth.Tokens;

/// <summary>What a token says. Times are seconds since 1970; null where the token has none.</summary>
/// <param name="User">Claim <c>username</c>.</param>
/// <param name="Revision">Claim <c>revision</c>.</param>
/// <param name="Expiry">Claim <c>exp</c>.</param>
/// <param name="IssuedAt">Claim <c>iat</c>.</param>
/// <param name="NotBefore">Claim <c>nbf</c>.</param>
internal sealed record JwtClaims(byte[] User, ulong Revision, double? Expiry, double? IssuedAt, double? NotBefore)
{
    /// <summary>Null if a claim that must be there is not, or is of the wrong type.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JwtClaims? Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var claims = document.RootElement;
        if (claims.ValueKind != JsonValueKind.Object
            || !TryGetTime(claims, "exp", out var expiry)
            || !TryGetTime(claims, "iat", out var issuedAt)
            || !TryGetTime(claims, "nbf", out var notBefore)
            || !claims.TryGetProperty("username", out var user) || user.ValueKind != JsonValueKind.String
            || !claims.TryGetProperty("revision", out var revision) || revision.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        var number = revision.GetDouble();
        var name = Encoding.UTF8.GetBytes(user.GetString() ?? "");
        return new JwtClaims(name, number < 0 ? ulong.MaxValue : (ulong)number, expiry, issuedAt, notBefore);
    }

    public bool IsInForce(DateTimeOffset now)
    {
        var seconds = (now - DateTimeOffset.UnixEpoch).TotalSeconds;
        return !(seconds >= Expiry) && !(seconds < IssuedAt) && !(seconds < NotBefore);
    }

    // Zero is as good as none.
    private static bool TryGetTime(JsonElement claims, string name, out double? seconds)
    {
        seconds = null;
        if (!claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            return false;
        }

        seconds = value.GetDouble() is var number && number == 0 ? null : Math.Floor(number);
        return true;
    }
}
