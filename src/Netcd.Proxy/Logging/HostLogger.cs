using Microsoft.Extensions.Logging;

namespace Netcd.Proxy.Logging;

/// <summary>What the server says of its connections, in the proxy's log.</summary>
internal sealed class HostLogger(ProxyLog log) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var fields = state is IEnumerable<KeyValuePair<string, object?>> pairs
            ? pairs.Where(static pair => pair.Key != "{OriginalFormat}")
                .Select(static pair => (pair.Key, pair.Value ?? "")).ToList()
            : [];
        if (exception is not null)
        {
            fields.Add(("error", exception.Message));
        }

        var message = formatter(state, exception);
        switch (logLevel)
        {
            case LogLevel.Information:
                log.Info(message, [.. fields]);
                break;
            case LogLevel.Warning:
                log.Warn(message, [.. fields]);
                break;
            default:
                log.Error(message, [.. fields]);
                break;
        }
    }
}
