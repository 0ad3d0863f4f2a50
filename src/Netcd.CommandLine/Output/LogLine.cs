using System.Globalization;
using System.Text;

namespace Netcd.CommandLine.Output;

/// <summary>
/// A line of the tools' log in the shape that Go's zap gives it: JSON with etcdctl, columns with etcdutl. Only the
/// shape is contract; the caller is named as upstream names it, since people search for it.
/// </summary>
public static class LogLine
{
    /// <summary><c>{"level":"warn","ts":"…","logger":"…","caller":"…","msg":"…",fields}</c></summary>
    public static string Json(
        DateTime now, string level, string logger, string caller, string message, Action<GoJsonWriter>? fields = null)
    {
        var json = new GoJsonWriter().BeginObject();
        json.Name("level").String(level);
        json.Name("ts").String(Timestamp(now, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));
        if (logger.Length > 0)
        {
            json.Name("logger").String(logger);
        }

        json.Name("caller").String(caller);
        json.Name("msg").String(message);
        fields?.Invoke(json);
        return json.EndObject().ToString();
    }

    /// <summary><c>2026-11-22T07:30:16Z&#9;info&#9;caller&#9;message&#9;{fields}</c></summary>
    public static string Columns(
        DateTime now, string level, string caller, string message, Action<GoJsonWriter>? fields = null)
    {
        var line = new StringBuilder(Timestamp(now, "yyyy-MM-dd'T'HH:mm:ss'Z'"));
        line.Append('\t').Append(level).Append('\t').Append(caller).Append('\t').Append(message);
        if (fields is not null)
        {
            var json = new GoJsonWriter().BeginObject();
            fields(json);
            line.Append('\t').Append(Spaced(json.EndObject().ToString()));
        }

        return line.ToString();
    }

    private static string Timestamp(DateTime now, string format) =>
        now.ToUniversalTime().ToString(format, CultureInfo.InvariantCulture);

    // zap's console form has a blank behind the colons and commas between members.
    private static string Spaced(string json)
    {
        var spaced = new StringBuilder(json.Length + 16);
        var inString = false;
        for (var index = 0; index < json.Length; index++)
        {
            var character = json[index];
            spaced.Append(character);
            if (character == '\\' && inString)
            {
                spaced.Append(json[++index]);
            }
            else if (character == '"')
            {
                inString = !inString;
            }
            else if (!inString && character is ':' or ',')
            {
                spaced.Append(' ');
            }
        }

        return spaced.ToString();
    }
}
