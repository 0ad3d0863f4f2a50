using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Netcd.Grpc;
using Netcd.Grpc.Wire;

namespace Netcd.Api.Gateway;

/// <summary>
/// A request's headers as gRPC metadata: Authorization as it is, the headers that IANA lists with a prefix, and what
/// begins with <c>Grpc-Metadata-</c> without it (grpc-gateway, runtime/context.go, annotateContext).
/// </summary>
internal sealed class GatewayMetadata(IHeaderDictionary headers) : IMetadata
{
    private const string Prefix = "Grpc-Metadata-";
    private const string PermanentPrefix = "grpcgateway-";
    private const string BinarySuffix = "-bin";

    private static readonly HashSet<string> Permanent = new(StringComparer.OrdinalIgnoreCase)
    {
        "accept", "accept-charset", "accept-language", "accept-ranges", "authorization", "cache-control",
        "content-type", "cookie", "date", "expect", "from", "host", "if-match", "if-modified-since", "if-none-match",
        "if-schedule-tag-match", "if-unmodified-since", "max-forwards", "origin", "pragma", "referer", "user-agent",
        "via", "warning",
    };

    /// <summary>The first header whose value is not what its name promises, as Go's text; null for none.</summary>
    public static string? FindProblem(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                || !name.EndsWith(BinarySuffix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                var bad = BinaryMetadata.FirstBadByte(Encoding.Latin1.GetBytes(value ?? ""));
                if (bad >= 0)
                {
                    return $"invalid binary header {Canonical(name)}: illegal base64 data at input byte {bad}";
                }
            }
        }

        return null;
    }

    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        if (key == "authorization" && TryText(headers.Authorization, out value))
        {
            return true;
        }

        if (key.StartsWith(PermanentPrefix, StringComparison.Ordinal)
            && Permanent.Contains(key[PermanentPrefix.Length..]))
        {
            return TryText(headers[key[PermanentPrefix.Length..]], out value);
        }

        var values = headers[Prefix + key];
        if (!key.EndsWith(BinarySuffix, StringComparison.Ordinal))
        {
            return TryText(values, out value);
        }

        value = values.Count > 0 ? BinaryMetadata.Decode(Encoding.Latin1.GetBytes(values[0] ?? "")) : default;
        return values.Count > 0;
    }

    // What gRPC could not carry is left out.
    private static bool TryText(StringValues values, out ReadOnlySpan<byte> value)
    {
        foreach (var text in values)
        {
            if (text is not null && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                value = Encoding.Latin1.GetBytes(text);
                return true;
            }
        }

        value = default;
        return false;
    }

    // net/textproto, CanonicalMIMEHeaderKey.
    private static string Canonical(string name) => string.Create(name.Length, name, static (canonical, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            canonical[i] = i == 0 || text[i - 1] == '-'
                ? char.ToUpperInvariant(text[i])
                : char.ToLowerInvariant(text[i]);
        }
    });
}
