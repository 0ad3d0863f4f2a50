namespace Netcd.Mvcc;

/// <summary>
/// Permissions by key alone. Which of two with the same key comes first is left to the sort's steps, and is stored; so
/// the sort must be Go's.
/// </summary>
internal readonly struct PermissionOrder : IComparer<AuthPermission>
{
    public int Compare(AuthPermission? x, AuthPermission? y) => (x?.Key).AsSpan().SequenceCompareTo(y?.Key);
}
