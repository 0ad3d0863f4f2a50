namespace Netcd.Daemon.Logging;

/// <summary>The words of <c>--log-level</c>.</summary>
internal static class LogLevels
{
    public static bool TryParse(string word, out LogLevel level)
    {
        level = word.ToLowerInvariant() switch
        {
            "debug" => LogLevel.Debug,
            "" or "info" => LogLevel.Information,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "panic" or "fatal" or "dpanic" => LogLevel.Critical,
            _ => LogLevel.None,
        };
        return level != LogLevel.None;
    }
}
