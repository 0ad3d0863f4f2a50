using Netcd.Raft;

namespace Netcd.Server;

/// <summary>Where a member's log lines go. Any thread; must not block.</summary>
public interface IMemberLog
{
    bool IsEnabled(RaftLogLevel level);

    /// <summary>Takes one line: a constant message in etcd's words, and its fields.</summary>
    void Log(RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields);
}
