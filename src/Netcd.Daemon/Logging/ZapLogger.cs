namespace Netcd.Daemon.Logging;

/// <summary>One category's logger.</summary>
internal sealed class ZapLogger(ZapLoggerProvider provider, string category) : ILogger
{
    // "Netcd.Server.Member" is shown as "server/member", the way etcd shows package and file.
    private readonly string _caller = string.Join('/', category.Split('.').TakeLast(2)).ToLowerInvariant();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= provider.Level;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var fields = state as IReadOnlyList<KeyValuePair<string, object?>>;
        var template = fields?.LastOrDefault(field => field.Key == "{OriginalFormat}").Value as string;
        var message = template is null ? formatter(state, exception) : ZapFormatter.MessageOf(template);
        provider.Write(logLevel, _caller, message, fields ?? [], exception);
    }
}
