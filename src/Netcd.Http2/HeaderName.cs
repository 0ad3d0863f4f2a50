namespace Netcd.Http2;

/// <summary>Header names known to the codec, recognised once per table entry.</summary>
public enum HeaderName : byte
{
    Other,
    PseudoMethod,
    PseudoScheme,
    PseudoPath,
    PseudoAuthority,
    PseudoStatus,
    Host,
    ContentType,
    ContentLength,
    ContentEncoding,
    Te,
    UserAgent,
    Authorization,
    Token,
    GrpcTimeout,
    GrpcEncoding,
    GrpcAcceptEncoding,
    GrpcStatus,
    GrpcMessage,

    /// <summary>
    /// A name that HTTP/2 forbids: connection, keep-alive, proxy-connection, transfer-encoding, upgrade.
    /// </summary>
    ConnectionSpecific,

    /// <summary>A name that is no lower-case token, or an unknown pseudo header.</summary>
    Invalid,
}
