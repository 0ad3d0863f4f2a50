using Netcd.Daemon.Logging;
using Netcd.Raft;
using Netcd.Server;

namespace Netcd.Daemon.Serving;

/// <summary>Takes the member's log lines.</summary>
internal sealed class MemberLog(ZapLoggerProvider provider) : IMemberLog
{
    public bool IsEnabled(RaftLogLevel level) => LevelOf(level) >= provider.Level;

    public void Log(
        RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields)
    {
        if (IsEnabled(level))
        {
            provider.Write(LevelOf(level), "server/member", message, fields.ToArray(), null);
        }
    }

    private static LogLevel LevelOf(RaftLogLevel level) => level switch
    {
        RaftLogLevel.Debug => LogLevel.Debug,
        RaftLogLevel.Information => LogLevel.Information,
        RaftLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
