using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Keeps log lines as text with their fields.</summary>
public sealed class TestLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
        var text = string.Join(' ', fields.Select(field => $"{field.Key}={field.Value}"));
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {text} {exception}");
    }

    /// <summary>Waits until a line contains the text.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        var give = DateTimeOffset.UtcNow.AddMinutes(2);
        while (DateTimeOffset.UtcNow < give)
        {
            if (_lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException($"no line with \"{text}\" in: {string.Join('\n', _lines)}");
    }
}
