using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// The newest revision of a key as its leaf holds it, with the way to the older ones.
/// </summary>
/// <param name="Main">Main revision of the last change.</param>
/// <param name="CreateRevision">Main revision of the generation's first put; 0 for a tombstone.</param>
/// <param name="Version">Puts in this generation; 0 for a tombstone.</param>
/// <param name="Older">Position in the <see cref="RevisionLog"/> of the revision before; 0 if there is none.</param>
/// <param name="Sub">Sub revision of the last change.</param>
/// <param name="IsTombstone">Whether the last change was a deletion.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeyState(
    long Main,
    long CreateRevision,
    long Version,
    long Older,
    int Sub,
    bool IsTombstone)
{
    public IndexEntry Entry => new(new Base.Revision(Main, Sub), CreateRevision, Version);
}
