namespace Netcd.Mvcc;

/// <summary>
/// Who stands behind a request, as a raft request's header has it: nobody has neither name nor revision. Somebody may
/// have an empty name (a certificate without common name).
/// </summary>
/// <param name="Name">Null for nobody.</param>
/// <param name="Revision">The auth store's revision when the user was found, or that of his token.</param>
public readonly record struct AuthCaller(byte[]? Name, ulong Revision)
{
    public bool IsPresent => Name is not null;
}
