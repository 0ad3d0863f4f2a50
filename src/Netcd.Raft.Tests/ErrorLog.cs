namespace Netcd.Raft.Tests;

/// <summary>Keeps the lines of errors.</summary>
internal sealed class ErrorLog : IRaftLogger
{
    public List<string> Lines { get; } = [];

    public bool IsEnabled(RaftLogLevel level) => level == RaftLogLevel.Error;

    public void Log(RaftLogLevel level, string message) => Lines.Add(message);
}
