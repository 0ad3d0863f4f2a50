using Netcd.Raft;

namespace Netcd.Server;

/// <summary>Raft's lines in the member's log.</summary>
internal sealed class RaftLogAdapter(IMemberLog log) : IRaftLogger
{
    public bool IsEnabled(RaftLogLevel level) => log.IsEnabled(level);

    public void Log(RaftLogLevel level, string message) => log.Log(level, message);
}
