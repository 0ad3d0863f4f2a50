using System.Text.Json;

namespace Netcd.Daemon.Logging;

/// <summary>
/// <c>--log-rotation-config-json</c>. Upstream: server/embed/config_logging.go, gopkg.in/natefinch/lumberjack.
/// </summary>
internal sealed record LogRotation
{
    private const int MaxSizeDefault = 100;

    /// <summary>A file is closed before it grows over this many megabytes.</summary>
    public int MaxSize { get; init; }

    /// <summary>Days that closed files are kept; 0 for ever.</summary>
    public int MaxAge { get; init; }

    /// <summary>Closed files that are kept; 0 for all.</summary>
    public int MaxBackups { get; init; }

    /// <summary>Whether the times in their names are local ones instead of UTC.</summary>
    public bool LocalTime { get; init; }

    /// <summary>Whether they are compressed.</summary>
    public bool Compress { get; init; }

    public long MaxBytes => (MaxSize == 0 ? MaxSizeDefault : MaxSize) * 1024L * 1024;

    /// <exception cref="FlagValueException">The text is no such configuration.</exception>
    public static LogRotation Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var rotation = new LogRotation();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                // As Go's decoder, which does not care for case.
                rotation = field.Name.ToLowerInvariant() switch
                {
                    "maxsize" => rotation with { MaxSize = field.Value.GetInt32() },
                    "maxage" => rotation with { MaxAge = field.Value.GetInt32() },
                    "maxbackups" => rotation with { MaxBackups = field.Value.GetInt32() },
                    "localtime" => rotation with { LocalTime = field.Value.GetBoolean() },
                    "compress" => rotation with { Compress = field.Value.GetBoolean() },
                    _ => rotation,
                };
            }

            return rotation;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new FlagValueException($"improperly formatted log rotation config: {problem.Message}");
        }
    }
}
