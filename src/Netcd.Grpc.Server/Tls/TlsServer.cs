using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Netcd.Base.GoSyntax;
using Netcd.Grpc.Server.Entry;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The TLS side of a listener: certificate, key, trusted CAs and CRL from files, read again when they change. Thread
/// safe, shared by connections and listeners.
/// </summary>
public sealed class TlsServer
{
    // One record: what is written in one go leaves in as few records as it fits.
    private const int RecordBytes = 16 * 1024;

    // Waiting for nothing first: a connection at rest holds no buffer, neither here nor in the TLS stream.
    private static readonly StreamPipeReaderOptions ReaderOptions =
        new(bufferSize: RecordBytes, leaveOpen: true, useZeroByteReads: true);

    private static readonly StreamPipeWriterOptions WriterOptions =
        new(minimumBufferSize: RecordBytes, leaveOpen: true);

    private readonly TlsServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TlsFiles _files;
    private readonly ClientCertificateCheck _check;
    private readonly CipherSuitesPolicy? _cipherSuites;

    /// <exception cref="TlsConfigurationException">
    /// A file is missing or wrong, or the options contradict each other.
    /// </exception>
    public TlsServer(TlsServerOptions options, TimeProvider time, ILogger logger)
    {
        if (Contradiction(options) is { } error)
        {
            throw new TlsConfigurationException(error);
        }

        _options = options;
        _time = time;
        _logger = logger;
        _files = new TlsFiles(options, time, logger);
        _check = new ClientCertificateCheck(options, _files, time);
        _cipherSuites = OperatingSystem.IsWindows() ? null : CipherSuites.Policy(options.CipherSuites);
    }

    /// <summary>
    /// Does the handshake and puts the decrypted transport, <see cref="PeerIdentity"/> and Kestrel's TLS features on
    /// the connection. Null when it was refused; the line for it is logged.
    /// </summary>
    internal async Task<TlsConnection?> HandshakeAsync(
        ConnectionContext connection, string kind, CancellationToken cancellation)
    {
        await Task.Yield();
        var encrypted = connection.Transport;
        var handshake = new TlsHandshake(_check);
        var stream = new PipeStream(encrypted);
        var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            var first = await ProtocolSniffer.SniffAsync(encrypted.Input, cancellation);
            if (first != WireProtocol.Tls)
            {
                throw new AuthenticationException(
                    first == WireProtocol.Closed ? "EOF" : "tls: first record does not look like a TLS handshake");
            }

            await tls.AuthenticateAsServerAsync(Options(handshake), cancellation);
            if (_options.VerifiesClientSan && handshake.Certificate is { } certificate
                && await ClientSan.RefuseAsync(certificate, connection.RemoteEndPoint, cancellation) is { } wrong)
            {
                throw new AuthenticationException(wrong);
            }
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException
            or ConnectionResetException or ConnectionAbortedException)
        {
            var text = handshake.Refusal ?? TlsErrorText.For(error);
            HostLog.Rejected(_logger, kind, connection.RemoteEndPoint?.ToString() ?? "", handshake.ServerName, text);
            await tls.DisposeAsync();
            return null;
        }

        stream.IsHandshake = false;
        SetFeatures(connection, handshake, tls);
        var plain = new DuplexPipe(
            PipeReader.Create(tls, ReaderOptions),
            PipeWriter.Create(tls, WriterOptions));
        return new TlsConnection(connection, encrypted, plain, tls, _time);
    }

    private static string? Contradiction(TlsServerOptions options)
    {
        if (options.CertFile.Length == 0 || options.KeyFile.Length == 0)
        {
            return $"KeyFile and CertFile must both be present[key: {options.KeyFile}, cert: {options.CertFile}]";
        }

        return options.AllowedCommonNames.Count > 0 && options.AllowedHostnames.Count > 0
            ? $"AllowedCNs and AllowedHostnames are mutually exclusive (cns={List(options.AllowedCommonNames)}, "
                + $"hostnames={List(options.AllowedHostnames)})"
            : CipherSuites.Validate(options.CipherSuites);
    }

    private static string List(IReadOnlyList<string> items) => $"[{string.Join(' ', items.Select(GoText.Quote))}]";

    private static void SetFeatures(ConnectionContext connection, TlsHandshake handshake, SslStream tls)
    {
        var features = new TlsFeatures(tls, handshake.Certificate);
        connection.Features.Set<ITlsConnectionFeature>(features);
        connection.Features.Set<ITlsHandshakeFeature>(features);
        connection.Features.Set<ITlsApplicationProtocolFeature>(features);
        connection.Features.Set(new PeerIdentity(
            connection.RemoteEndPoint,
            handshake.Certificate,
            handshake.Certificate is null ? "" : Subject.CommonName(handshake.Certificate)));
    }

    private SslServerAuthenticationOptions Options(TlsHandshake handshake)
    {
        var material = _files.Current();
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = material.Certificate,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            EnabledSslProtocols = Protocols(),
            CipherSuitesPolicy = _cipherSuites,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowRenegotiation = false,

            // A resumed session would keep what an old CA file or CRL let in.
            AllowTlsResume = false,
        };
        if (_options.RequiresClientCertificate)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = _check.Policy(material);
            options.RemoteCertificateValidationCallback = handshake.Validate;
        }

        return options;
    }

    private SslProtocols Protocols()
    {
        var all = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (_options.MinVersion == SslProtocols.Tls13)
        {
            all = SslProtocols.Tls13;
        }

        return _options.MaxVersion == SslProtocols.Tls12 ? all & SslProtocols.Tls12 : all;
    }
}
