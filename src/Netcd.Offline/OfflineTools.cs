using Netcd.Disk;
using Netcd.Raft;
using Netcd.Server;

namespace Netcd.Offline;

/// <summary>What the operations stand on. Thread safe as its parts are.</summary>
public sealed record OfflineTools(IDisk Disk)
{
    /// <summary>Where log lines go, in etcd's words; none if null.</summary>
    public IMemberLog? Log { get; init; }

    /// <summary>Told about long work; nobody if null.</summary>
    public OfflineProgress? Progress { get; init; }

    internal void Info(string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
        Log?.Log(RaftLogLevel.Information, message, fields);

    internal void Warn(string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
        Log?.Log(RaftLogLevel.Warning, message, fields);

    internal void Error(string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
        Log?.Log(RaftLogLevel.Error, message, fields);
}
