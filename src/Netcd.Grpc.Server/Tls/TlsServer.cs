using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The TLS side of a listener: certificate, key, trusted CAs and CRL from files, read again when they change. Thread
/// safe, shared by connections and listeners.
/// </summary>
public sealed class TlsServer
{
    private readonly TlsServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <exception cref="TlsConfigurationException">A file is missing or wrong, or the options contradict each other.</exception>
    public TlsServer(TlsServerOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Null when the handshake was refused; the line for it is logged.</summary>
    internal Task<TlsConnection?> HandshakeAsync(
        ConnectionContext connection, string kind, CancellationToken cancellation) =>
        throw new NotSupportedException($"{_options} {_time} {_logger} {connection} {kind} {cancellation.IsCancellationRequested}");
}
