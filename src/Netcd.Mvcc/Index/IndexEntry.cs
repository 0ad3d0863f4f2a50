using System.Runtime.InteropServices;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>What the key index knows of one key at one revision.</summary>
/// <param name="Modified">Revision of the newest put at or below the revision asked for: where the record lies.</param>
/// <param name="CreateRevision">Main revision of the put that began the key's generation.</param>
/// <param name="Version">Puts since creation, from 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct IndexEntry(Revision Modified, long CreateRevision, long Version);
