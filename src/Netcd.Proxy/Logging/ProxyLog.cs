using Netcd.CommandLine;
using Netcd.CommandLine.Output;

namespace Netcd.Proxy.Logging;

/// <summary>The log of a proxy: zap's JSON lines on standard error, as etcd's sub-commands write them.</summary>
internal sealed class ProxyLog(ProgramConsole console, TimeProvider time, string caller, bool isDebug = false)
{
    private readonly Lock _lock = new();

    public void Debug(string message, params (string Name, object Value)[] fields)
    {
        if (isDebug)
        {
            Write("debug", message, fields);
        }
    }

    public void Info(string message, params (string Name, object Value)[] fields) => Write("info", message, fields);

    public void Warn(string message, params (string Name, object Value)[] fields) => Write("warn", message, fields);

    public void Error(string message, params (string Name, object Value)[] fields) => Write("error", message, fields);

    public void Fatal(string message, params (string Name, object Value)[] fields) => Write("fatal", message, fields);

    /// <summary>A line with a list among its fields.</summary>
    public void InfoList(string message, (string Name, string Value)? field, string name, IEnumerable<string> values) =>
        Write("info", message, json => WriteList(json, field, name, values));

    /// <summary>The same as a warning, with what went wrong behind the list.</summary>
    public void WarnList(
        string message, (string Name, string Value)? field, string name, IEnumerable<string> values, string error) =>
        Write("warn", message, json =>
        {
            WriteList(json, field, name, values);
            json.Name("error").String(error);
        });

    private static void WriteList(
        GoJsonWriter json, (string Name, string Value)? field, string name, IEnumerable<string> values)
    {
        if (field is { } first)
        {
            json.Name(first.Name).String(first.Value);
        }

        json.Name(name).BeginArray();
        foreach (var value in values)
        {
            json.String(value);
        }

        json.EndArray();
    }

    private void Write(string level, string message, (string Name, object Value)[] fields) =>
        Write(level, message, json =>
        {
            foreach (var (name, value) in fields)
            {
                json.Name(name);
                _ = value switch
                {
                    int number => json.Number((long)number),
                    long number => json.Number(number),
                    _ => json.String(value.ToString() ?? ""),
                };
            }
        });

    private void Write(string level, string message, Action<GoJsonWriter> fields)
    {
        var line = LogLine.Json(time.GetUtcNow().UtcDateTime, level, "", caller, message, fields);
        lock (_lock)
        {
            console.WriteErrorLine(line);
        }
    }
}
