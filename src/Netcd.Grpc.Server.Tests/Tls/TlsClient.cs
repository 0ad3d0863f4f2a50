using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests.Tls;

/// <summary>Handshakes of a client that trusts a <see cref="TestPki"/>.</summary>
public static class TlsClient
{
    public static SslClientAuthenticationOptions Options(X509Certificate2? certificate) => new()
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        ClientCertificateContext = certificate is null
            ? null
            : SslStreamCertificateContext.Create(certificate, null, offline: true),
    };

    /// <summary>True if an echo call over a new connection is answered.</summary>
    public static async Task<bool> CanCallAsync(TestServer server, X509Certificate2? certificate)
    {
        using var caller = new GrpcCaller(server.SecureAddress, Options(certificate));
        try
        {
            return (await caller.CallAsync("Echo", "secure")).Text == "secure";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Connects and returns the stream after the handshake.</summary>
    public static async Task<SslStream> ConnectAsync(TestServer server, SslClientAuthenticationOptions options)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port);
        var stream = new SslStream(socket.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(options, TestTimeout.Token());
            return stream;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
