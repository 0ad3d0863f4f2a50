using System.Buffers;

namespace Netcd.Http2.Hpack;

/// <summary>Recognises names and refuses what HTTP/2 does not allow in a field (RFC 9113 section 8.2).</summary>
internal static class HeaderNames
{
    // Token characters of RFC 9110 section 5.6.2 without upper case.
    private static readonly SearchValues<byte> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"u8);

    // Control characters but tab, as Go's x/net refuses them; leading and trailing blanks pass there and here.
    private static readonly SearchValues<byte> ForbiddenInValue = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(c => c != '\t').Select(c => (byte)c), 127]);

    /// <summary>What a field's name is, or <see cref="HeaderName.Invalid"/> for a name that is not allowed.</summary>
    public static HeaderName Classify(ReadOnlySpan<byte> name)
    {
        if (name.Length == 0)
        {
            return HeaderName.Invalid;
        }

        if (name[0] == ':')
        {
            return ClassifyPseudo(name);
        }

        if (name.ContainsAnyExcept(TokenCharacters))
        {
            return HeaderName.Invalid;
        }

        return name.Length switch
        {
            2 when name.SequenceEqual("te"u8) => HeaderName.Te,
            4 when name.SequenceEqual("host"u8) => HeaderName.Host,
            5 when name.SequenceEqual("token"u8) => HeaderName.Token,
            7 when name.SequenceEqual("upgrade"u8) => HeaderName.ConnectionSpecific,
            10 when name.SequenceEqual("user-agent"u8) => HeaderName.UserAgent,
            10 when name.SequenceEqual("connection"u8) => HeaderName.ConnectionSpecific,
            10 when name.SequenceEqual("keep-alive"u8) => HeaderName.ConnectionSpecific,
            11 when name.SequenceEqual("grpc-status"u8) => HeaderName.GrpcStatus,
            12 when name.SequenceEqual("content-type"u8) => HeaderName.ContentType,
            12 when name.SequenceEqual("grpc-timeout"u8) => HeaderName.GrpcTimeout,
            12 when name.SequenceEqual("grpc-message"u8) => HeaderName.GrpcMessage,
            13 when name.SequenceEqual("authorization"u8) => HeaderName.Authorization,
            13 when name.SequenceEqual("grpc-encoding"u8) => HeaderName.GrpcEncoding,
            14 when name.SequenceEqual("content-length"u8) => HeaderName.ContentLength,
            16 when name.SequenceEqual("content-encoding"u8) => HeaderName.ContentEncoding,
            16 when name.SequenceEqual("proxy-connection"u8) => HeaderName.ConnectionSpecific,
            17 when name.SequenceEqual("transfer-encoding"u8) => HeaderName.ConnectionSpecific,
            20 when name.SequenceEqual("grpc-accept-encoding"u8) => HeaderName.GrpcAcceptEncoding,
            _ => HeaderName.Other,
        };
    }

    /// <summary>The name's class, or <see cref="HeaderName.Invalid"/> when the value is not allowed with it.</summary>
    public static HeaderName CheckValue(HeaderName known, ReadOnlySpan<byte> value)
    {
        if (known == HeaderName.Te && !value.SequenceEqual("trailers"u8))
        {
            return HeaderName.Invalid;
        }

        return value.ContainsAny(ForbiddenInValue) ? HeaderName.Invalid : known;
    }

    private static HeaderName ClassifyPseudo(ReadOnlySpan<byte> name) => name.Length switch
    {
        5 when name.SequenceEqual(":path"u8) => HeaderName.PseudoPath,
        7 when name.SequenceEqual(":method"u8) => HeaderName.PseudoMethod,
        7 when name.SequenceEqual(":scheme"u8) => HeaderName.PseudoScheme,
        7 when name.SequenceEqual(":status"u8) => HeaderName.PseudoStatus,
        10 when name.SequenceEqual(":authority"u8) => HeaderName.PseudoAuthority,
        _ => HeaderName.Invalid,
    };
}
