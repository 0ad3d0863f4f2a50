using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Netcd.Base.GoSyntax;

namespace Netcd.Daemon.Logging;

/// <summary>
/// Turns a log entry into etcd's line. The message is the template up to its first placeholder; each placeholder
/// becomes a field, its name in kebab case (<c>RemoteAddr</c> is written <c>remote-addr</c>).
/// </summary>
internal static class ZapFormatter
{
    private static readonly ConcurrentDictionary<string, string> KebabNames = new(StringComparer.Ordinal);

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes one line, newline included.</summary>
    public static void Write(
        IBufferWriter<byte> output, bool console, DateTimeOffset time, LogLevel level, string caller, string message,
        IEnumerable<KeyValuePair<string, object?>> fields, Exception? exception)
    {
        var stamp = Stamp(time);
        if (console)
        {
            Encoding.UTF8.GetBytes($"{stamp}\t{LevelName(level)}\t{caller}\t{message}\t", output);
        }

        using (var json = new Utf8JsonWriter(output, WriterOptions))
        {
            json.WriteStartObject();
            if (!console)
            {
                json.WriteString("level", LevelName(level));
                json.WriteString("ts", stamp);
                json.WriteString("caller", caller);
                json.WriteString("msg", message);
            }

            foreach (var (name, value) in fields)
            {
                if (name != "{OriginalFormat}")
                {
                    json.WritePropertyName(KebabNames.GetOrAdd(name, ToKebab));
                    WriteValue(json, value);
                }
            }

            if (exception is not null)
            {
                json.WriteString("error", exception.Message);
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>A template's constant text before its first placeholder.</summary>
    public static string MessageOf(string template)
    {
        var brace = template.IndexOf('{');
        return (brace < 0 ? template : template[..brace]).TrimEnd(' ', ':');
    }

    public static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    private static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long or short or byte or uint or ulong or ushort:
                json.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!, skipInputValidation: true);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case TimeSpan duration:
                json.WriteStringValue(GoDuration.Format(duration));
                break;
            case DateTimeOffset moment:
                json.WriteStringValue(Stamp(moment));
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    private static string ToKebab(string name)
    {
        var kebab = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && kebab.Length > 0)
            {
                kebab.Append('-');
            }

            kebab.Append(char.ToLowerInvariant(c));
        }

        return kebab.ToString();
    }
}
