namespace Netcd.Base;

/// <summary>
/// The command line and the environment hold a few secrets. Where either is shown, the secrets are not.
/// </summary>
public static class SecretArguments
{
    private const string Hidden = "***";

    private static readonly string[] Flags = ["discovery-password", "discovery-user"];

    /// <summary>Arguments with stars for the values of flags that hold secrets.</summary>
    public static IEnumerable<string> Hide(IEnumerable<string> arguments)
    {
        var isNext = false;
        foreach (var argument in arguments)
        {
            var name = argument.StartsWith('-') ? argument.TrimStart('-') : "";
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            if (isNext)
            {
                yield return Hidden;
            }
            else if (equals > 0 && IsSecret(name[..equals]))
            {
                yield return argument[..(argument.IndexOf('=', StringComparison.Ordinal) + 1)] + Hidden;
            }
            else
            {
                yield return argument;
            }

            isNext = !isNext && IsSecret(name);
        }
    }

    /// <summary>A variable's value, or stars: also for names that only sound like a secret's.</summary>
    public static string Hide(string variable, string value) =>
        IsSecret(variable["ETCD_".Length..].ToLowerInvariant().Replace('_', '-'))
        || variable.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase)
        || variable.Contains("SECRET", StringComparison.OrdinalIgnoreCase)
            ? Hidden
            : value;

    private static bool IsSecret(string flag) => Flags.Contains(flag, StringComparer.Ordinal);
}
