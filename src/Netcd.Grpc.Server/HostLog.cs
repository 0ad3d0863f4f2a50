using Microsoft.Extensions.Logging;

namespace Netcd.Grpc.Server;

/// <summary>
/// Log lines of this project. Fields carry etcd's names, in a state apart from the text; values of keys and requests
/// never appear.
/// </summary>
internal static class HostLog
{
    public static void HandlerFailed(ILogger logger, string method, Exception error) =>
        Write(logger, LogLevel.Error, 1, "gRPC handler failed", error, [new("method", method)]);

    public static void WebFailed(ILogger logger, string path, Exception error) =>
        Write(logger, LogLevel.Error, 2, "HTTP handler failed", error, [new("path", path)]);

    public static void ConnectionFailed(ILogger logger, Exception error) =>
        Write(logger, LogLevel.Warning, 3, "connection failed", error, []);

    /// <summary>etcd's line for a handshake that failed.</summary>
    public static void Rejected(ILogger logger, string kind, string remoteAddress, string serverName, string error) =>
        Write(
            logger,
            LogLevel.Warning,
            4,
            $"rejected connection on {kind} endpoint",
            null,
            [new("remote-addr", remoteAddress), new("server-name", serverName), new("error", error)]);

    /// <summary>TLS files changed to something unusable; what was read before stays in force.</summary>
    public static void TlsFilesKept(ILogger logger, string message, string certFile, string keyFile, string error) =>
        Write(
            logger,
            LogLevel.Warning,
            5,
            message,
            null,
            [new("cert-file", certFile), new("key-file", keyFile), new("error", error)]);

    public static void GeneratingCertificate(ILogger logger, string notAfter) => Write(
        logger,
        LogLevel.Warning,
        6,
        "automatically generate certificates",
        null,
        [new("certificate-validity-bound-not-after", notAfter)]);

    public static void FileCreated(ILogger logger, string message, string path) =>
        Write(logger, LogLevel.Information, 7, message, null, [new("path", path)]);

    private static void Write(
        ILogger logger,
        LogLevel level,
        int id,
        string message,
        Exception? error,
        KeyValuePair<string, object?>[] fields)
    {
        if (logger.IsEnabled(level))
        {
            logger.Log(level, new EventId(id), new LogFields(message, fields), error, static (line, _) => line.Message);
        }
    }
}
