using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>What a put did to its key.</summary>
/// <param name="Current">The key as the put left it: what its record has to say.</param>
/// <param name="Previous">
/// The key before, also when an earlier change of the same transaction made it; only if <paramref name="Existed"/>.
/// </param>
/// <param name="Existed">Whether the key was live before the put.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PutOutcome(IndexEntry Current, IndexEntry Previous, bool Existed);
