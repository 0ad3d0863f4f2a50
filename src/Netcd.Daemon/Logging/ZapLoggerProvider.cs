namespace Netcd.Daemon.Logging;

/// <summary>
/// Logs in etcd's format (zap's production JSON, or its console form) at one level for all categories.
/// </summary>
internal sealed class ZapLoggerProvider(LogOutput output, bool console, TimeProvider time) : ILoggerProvider
{
    /// <summary>Lowest level that is written; may change while running.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    public ILogger CreateLogger(string categoryName) => new ZapLogger(this, categoryName);

    public void Write(
        LogLevel level, string caller, string message, IEnumerable<KeyValuePair<string, object?>> fields,
        Exception? exception) =>
        output.Write(buffer =>
            ZapFormatter.Write(buffer, console, time.GetUtcNow(), level, caller, message, fields, exception));

    public void Dispose() => output.Dispose();
}
