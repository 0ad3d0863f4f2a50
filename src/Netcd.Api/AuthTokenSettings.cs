using Netcd.Api.Auth.Tokens;
using Netcd.Server;

namespace Netcd.Api;

/// <summary><c>--auth-token</c>, read at start: keys are in memory, what is wrong has been told.</summary>
public sealed class AuthTokenSettings
{
    public static readonly AuthTokenSettings Simple = new("simple", static _ => null);

    private readonly Func<IMember, TimeProvider, ITokenProvider> _make;

    /// <param name="specification">The flag.</param>
    /// <param name="parseDuration">Reads a duration as Go writes it; null for what is none.</param>
    /// <exception cref="TokenException">It is none that etcd takes, or a key cannot be read.</exception>
    public AuthTokenSettings(string specification, Func<string, TimeSpan?> parseDuration) =>
        _make = TokenProviders.Of(specification, parseDuration);

    internal ITokenProvider Make(IMember member, TimeProvider time) => _make(member, time);
}
