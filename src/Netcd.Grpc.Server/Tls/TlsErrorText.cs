using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace Netcd.Grpc.Server.Tls;

/// <summary>Go's words for how a handshake failed, as far as the framework tells.</summary>
internal static class TlsErrorText
{
    // OpenSSL's reasons, and what Go's server says in the same situation (crypto/tls).
    private static readonly (string OpenSsl, string Go)[] Reasons =
    [
        ("unsupported protocol", "tls: client offered only unsupported versions"),
        ("version too low", "tls: client offered only unsupported versions"),
        ("no shared cipher", "tls: no cipher suite supported by both client and server"),
        ("no application protocol", "tls: client requested unsupported application protocols"),
        ("unknown ca", "remote error: tls: unknown certificate authority"),
        ("bad certificate", "remote error: tls: bad certificate"),
        ("certificate unknown", "remote error: tls: unknown certificate"),
        ("certificate expired", "remote error: tls: expired certificate"),
        ("peer did not return a certificate", "tls: client didn't provide a certificate"),
        ("http request", "tls: first record does not look like a TLS handshake"),
    ];

    public static string For(Exception error) => error switch
    {
        OperationCanceledException => "i/o timeout",
        ConnectionResetException => "read: connection reset by peer",
        ConnectionAbortedException or IOException => "EOF",
        AuthenticationException { InnerException: { } inner } => Reason(inner),
        _ => error.Message,
    };

    private static string Reason(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            foreach (var (openSsl, go) in Reasons)
            {
                if (cause.Message.Contains(openSsl, StringComparison.OrdinalIgnoreCase))
                {
                    return go;
                }
            }
        }

        return error.InnerException?.Message ?? error.Message;
    }
}
