using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// Hash of the key space at a revision, comparable between members that have the same compact revision.
/// </summary>
/// <param name="Hash">CRC-32C as defined by upstream's hash.go.</param>
/// <param name="CompactRevision">Compact revision it holds for; -1 if never compacted.</param>
/// <param name="Revision">Revision that was hashed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyValueHash(uint Hash, long CompactRevision, long Revision);
