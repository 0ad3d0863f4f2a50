using Netcd.Raft;
using Netcd.Server;

namespace Netcd.Offline.Tests.Support;

/// <summary>Keeps log lines: the message and its fields.</summary>
internal sealed class RecordedLog : IMemberLog
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public bool IsEnabled(RaftLogLevel level) => true;

    public void Log(RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields)
    {
        var line = message;
        foreach (var (name, value) in fields)
        {
            line += $" {name}={value}";
        }

        _lines.Add(line);
    }
}
