namespace Netcd.Mvcc.Tests;

/// <summary>A decoded event.</summary>
public sealed record SeenEvent(
    bool IsDelete,
    string Key,
    long CreateRevision,
    long ModRevision,
    long Version,
    string Value,
    string? Previous);
