namespace Netcd.Raft;

/// <summary>Weight of a log line.</summary>
public enum RaftLogLevel
{
    Debug = 0,
    Information = 1,
    Warning = 2,
    Error = 3,
}
