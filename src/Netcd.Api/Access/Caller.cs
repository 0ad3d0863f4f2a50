using Netcd.Mvcc;

namespace Netcd.Api.Access;

/// <summary>Who stands behind a call; nobody by default.</summary>
/// <param name="Name">The user's name; null for nobody, empty for a certificate without a common name.</param>
/// <param name="TokenRevision">
/// The auth revision that the token names (JWT); null for a user as he is now, whatever has changed since his login.
/// </param>
internal readonly record struct Caller(byte[]? Name, ulong? TokenRevision)
{
    public bool IsPresent => Name is not null;

    /// <summary>The caller as a request's header names him.</summary>
    public AuthCaller At(AuthState state) =>
        Name is null ? default : new AuthCaller(Name, TokenRevision ?? state.Revision);
}
