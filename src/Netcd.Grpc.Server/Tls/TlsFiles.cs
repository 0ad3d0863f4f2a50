using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// Keeps <see cref="TlsMaterial"/> and revocation list as the files have them. While a file is missing or half written,
/// what was read before stays in force. Thread safe.
/// </summary>
internal sealed class TlsFiles
{
    // Guards everything below; held while small files are read, on the thread pool only.
    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private readonly WatchedFile _certificate;
    private readonly WatchedFile _key;
    private readonly WatchedFile? _trustedCAs;
    private readonly WatchedFile? _crl;
    private TlsMaterial _material;
    private RevocationList? _revoked;
    private string _complaint = "";

    /// <exception cref="TlsConfigurationException">Certificate, key or CA file cannot be used.</exception>
    public TlsFiles(TlsServerOptions options, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _certificate = new WatchedFile(options.CertFile, time);
        _key = new WatchedFile(options.KeyFile, time);
        _trustedCAs = options.TrustedCAFile.Length > 0 ? new WatchedFile(options.TrustedCAFile, time) : null;
        _crl = options.CrlFile.Length > 0 ? new WatchedFile(options.CrlFile, time) : null;
        try
        {
            RefreshAll();
            _material = TlsMaterial.Load(_certificate.Contents, _key.Contents, _trustedCAs?.Contents);
        }
        catch (Exception error) when (error is IOException or CryptographicException or ArgumentException)
        {
            throw new TlsConfigurationException(error.Message, error);
        }
    }

    /// <summary>What handshakes use now.</summary>
    public TlsMaterial Current()
    {
        lock (_gate)
        {
            try
            {
                if (RefreshAll())
                {
                    _material = TlsMaterial.Load(_certificate.Contents, _key.Contents, _trustedCAs?.Contents);
                    _complaint = "";
                }
            }
            catch (Exception error) when (error is IOException or CryptographicException or ArgumentException)
            {
                Complain("failed to create peer certificate", error.Message);
            }

            return _material;
        }
    }

    /// <summary>The list in force; null with an error when there is to be one and none was ever read.</summary>
    public RevocationList? Revoked(out string? error)
    {
        error = null;
        if (_crl is null)
        {
            return null;
        }

        lock (_gate)
        {
            try
            {
                if (_crl.Refresh() || _revoked is null)
                {
                    _revoked = RevocationList.Parse(_crl.Contents);
                }
            }
            catch (Exception failure) when (failure is IOException or CryptographicException or FormatException)
            {
                error = _revoked is null ? failure.Message : null;
                Complain("failed to read certificate revocation list", failure.Message);
            }

            return _revoked;
        }
    }

    private bool RefreshAll()
    {
        // No short circuit: each must be read.
        var isChanged = _certificate.Refresh() | _key.Refresh();
        return isChanged | (_trustedCAs?.Refresh() ?? false);
    }

    // Once for each different failure, or a flood of handshakes would flood the log.
    private void Complain(string message, string error)
    {
        if (_complaint != error)
        {
            _complaint = error;
            HostLog.TlsFilesKept(_logger, message, _certificate.Path, _key.Path, error);
        }
    }
}
