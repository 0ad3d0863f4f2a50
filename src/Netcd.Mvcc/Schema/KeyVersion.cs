namespace Netcd.Mvcc;

/// <summary>The three counters that the store keeps for a version of a key.</summary>
/// <param name="CreateRevision">Main revision of the put that created the key in its present generation.</param>
/// <param name="ModRevision">Main revision of this version.</param>
/// <param name="Version">Puts since creation, from 1.</param>
public readonly record struct KeyVersion(long CreateRevision, long ModRevision, long Version);
