using Netcd.Bbolt;

namespace Netcd.Offline.Checking;

/// <summary>What a check of a database file found.</summary>
/// <param name="Path">The file.</param>
/// <param name="SizeBytes">Logical size; 0 if no state could be found in it.</param>
/// <param name="Pages">Pages below the high water mark.</param>
/// <param name="TxId">Of the state that was checked.</param>
/// <param name="Buckets">Records by bucket, as far as they could be read.</param>
/// <param name="Problems">Empty for a sound file.</param>
public sealed record DatabaseReport(
    string Path,
    long SizeBytes,
    long Pages,
    TxId TxId,
    IReadOnlyList<(string Name, long Records)> Buckets,
    IReadOnlyList<DatabaseProblem> Problems)
{
    public bool IsSound => Problems.Count == 0;
}
