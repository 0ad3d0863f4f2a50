namespace Netcd.Mvcc;

/// <summary>A commit of the backend failed, so what is on disk is unknown: the member stops.</summary>
public sealed class BackendFailedException(string path, Exception failure)
    : IOException($"{path}: an earlier commit failed: {failure.Message}", failure);
