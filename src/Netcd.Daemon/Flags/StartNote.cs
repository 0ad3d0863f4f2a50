namespace Netcd.Daemon.Flags;

/// <summary>A log line that arose before the log was set up.</summary>
internal sealed record StartNote(
    LogLevel Level, string Message, IReadOnlyList<KeyValuePair<string, object?>> Fields);
