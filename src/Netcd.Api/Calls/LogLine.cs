using Microsoft.Extensions.Logging;

namespace Netcd.Api.Calls;

/// <summary>Lines whose fields have etcd's names, which no template of the logging library can give.</summary>
internal static class LogLine
{
    public static void Write(
        ILogger logger, LogLevel level, string message, params IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        if (logger.IsEnabled(level))
        {
            KeyValuePair<string, object?>[] state = [.. fields, new("{OriginalFormat}", message)];
            logger.Log(
                level, default, state, null,
                static (fields, _) => fields[^1].Value as string ?? "");
        }
    }
}
