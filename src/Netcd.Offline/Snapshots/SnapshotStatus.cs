using System.Runtime.InteropServices;

namespace Netcd.Offline.Snapshots;

/// <summary>What <c>snapshot status</c> tells of a database file.</summary>
/// <param name="Hash">CRC-32C over the names, keys and values of all buckets.</param>
/// <param name="Revision">The newest revision.</param>
/// <param name="TotalKeys">Records of all buckets.</param>
/// <param name="TotalSizeBytes">Logical size.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SnapshotStatus(uint Hash, long Revision, long TotalKeys, long TotalSizeBytes);
