using Microsoft.Extensions.Logging;
using Netcd.Api.Auth.Passwords;
using Netcd.Api.Auth.Tokens;
using Netcd.Server;

namespace Netcd.Api.Access;

/// <summary>What methods need to tell callers apart. Made once, at start.</summary>
internal sealed class AccessContext : IDisposable
{
    public AccessContext(IMember member, ApiOptions options, TimeProvider time, ILogger logger)
    {
        Tokens = options.AuthTokens.Make(member, time);
        Callers = new CallerGate(member, Tokens, options.ClientCertAuth);
        Reads = new ReadGate(member);
        Waits = new TokenWaits(Tokens, time);
        Passwords = new PasswordService(options.BcryptCost, logger);
    }

    public ITokenProvider Tokens { get; }

    public CallerGate Callers { get; }

    public ReadGate Reads { get; }

    public TokenWaits Waits { get; }

    public PasswordService Passwords { get; }

    public void Dispose() => Waits.Dispose();
}
