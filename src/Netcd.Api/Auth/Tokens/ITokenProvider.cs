using Netcd.Api.Access;

namespace Netcd.Api.Auth.Tokens;

/// <summary>How logins are answered and calls known again (<c>--auth-token</c>). Any thread; does not block.</summary>
internal interface ITokenProvider
{
    /// <summary>Whose token it is; false if it was not given out, or is not in force any more.</summary>
    bool TryIdentify(ReadOnlySpan<byte> token, out Caller caller);

    /// <summary>
    /// Whether a token cannot be judged before this member has applied an entry.
    /// </summary>
    bool MustWait(ReadOnlySpan<byte> token);

    /// <summary>The letters that a login brings into the log; empty if its token is not made of them.</summary>
    byte[] NewPrefix();

    /// <summary>
    /// The token of a login that was applied; null if no tokens are given out. Signing takes long: not on a thread that
    /// others wait for, unless <see cref="IssuesAtOnce"/>.
    /// </summary>
    /// <param name="user">Whose.</param>
    /// <param name="revision">The auth revision that his password was checked at.</param>
    /// <param name="applied">What applying the login gave.</param>
    /// <exception cref="TokenException">It cannot be made.</exception>
    byte[]? Issue(byte[] user, ulong revision, byte[] applied);

    bool IssuesAtOnce { get; }
}
