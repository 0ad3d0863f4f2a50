using Netcd.Api;
using Netcd.Api.Auth.Tokens;
using Netcd.Base.GoSyntax;
using Netcd.Mvcc;

namespace Netcd.Daemon.Serving;

/// <summary>What <c>--auth-token</c> and <c>--bcrypt-cost</c> mean.</summary>
internal static class AuthSettings
{
    /// <exception cref="StartException">The flag is wrong, or its key files are.</exception>
    public static AuthTokenSettings Tokens(DaemonOptions options, ILogger logger)
    {
        var cost = options.Values.UInt64("bcrypt-cost");
        if (cost is < Bcrypt.CostMin or > Bcrypt.CostMax)
        {
            Log.InvalidBcryptCost(logger, Bcrypt.CostMin, Bcrypt.CostMax, Bcrypt.DefaultCost, cost);
        }

        try
        {
            var tokens = new AuthTokenSettings(
                options.Values.Text("auth-token"),
                static text => GoDuration.TryParse(text, out var duration) ? duration : null);
            if (options.Values.Text("auth-token") == "simple")
            {
                Log.SimpleTokens(logger);
            }

            return tokens;
        }
        catch (TokenException problem)
        {
            throw new StartException(problem.Message, problem);
        }
    }
}
