using Netcd.Server;

namespace Netcd.Api.Auth.Tokens;

/// <summary>
/// What <c>--auth-token</c> asks for. Upstream: NewTokenProvider and decomposeOpts of server/auth/store.go.
/// </summary>
internal static class TokenProviders
{
    /// <param name="specification">The flag.</param>
    /// <param name="parseDuration">Reads a duration as Go writes it.</param>
    /// <exception cref="TokenException">It is none that etcd takes.</exception>
    public static Func<IMember, TimeProvider, ITokenProvider> Of(
        string specification, Func<string, TimeSpan?> parseDuration)
    {
        var parts = specification.Split(',');
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts[1..])
        {
            if (part.Split('=') is not [var name, var value] || !settings.TryAdd(name, value))
            {
                throw new TokenException("auth: invalid auth options");
            }
        }

        switch (parts[0])
        {
            case "simple":
                return static (member, _) => new SimpleTokenProvider(member);
            case "":
                return static (_, _) => new NoTokenProvider();
            case "jwt":
                var options = JwtOptions.Of(settings, parseDuration);
                return (_, time) => new JwtProvider(options, time);
            default:
                throw new TokenException("auth: invalid auth options");
        }
    }
}
