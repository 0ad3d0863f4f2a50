using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.CommandLine.Output;

namespace Netcd.Ctl.Session;

/// <summary>
/// Takes the flags that a command inherits from the environment: <c>--write-out</c> is <c>ETCDCTL_WRITE_OUT</c>. A
/// variable beside the same flag ends the program; one that is no flag is warned of; source: pkg/flags/flag.go.
/// </summary>
internal static class EnvironmentFlags
{
    private const string Prefix = "ETCDCTL_";
    private const string Selector = "ETCDCTL_API";

    /// <param name="exempt">Variables that the command reads itself.</param>
    public static void Apply(Invocation invocation, params ReadOnlySpan<string> exempt)
    {
        var environment = invocation.Console.Environment;
        var used = new HashSet<string>(StringComparer.Ordinal) { Selector };
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in exempt)
        {
            used.Add(name);
        }

        foreach (var flag in invocation.Command.InheritedFlags().Sorted)
        {
            var variable = Variable(flag.Name);
            if (flag.IsChanged)
            {
                given.Add(variable);
            }
            else if (environment.GetValueOrDefault(variable, "") is { Length: > 0 } value)
            {
                used.Add(variable);
                TrySet(flag, value);
            }
        }

        foreach (var (name, value) in environment)
        {
            if (used.Contains(name))
            {
                continue;
            }

            if (given.Contains(name))
            {
                Log(invocation, "fatal", "flags/flag.go:85", ConflictText, name);
                throw new ExitException(ExitCodes.Error);
            }

            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                Log(invocation, "warn", "flags/flag.go:93", "unrecognized environment variable", $"{name}={value}");
            }
        }
    }

    public static string Variable(string flag) => Prefix + flag.Replace('-', '_').ToUpperInvariant();

    private const string ConflictText = "conflicting environment variable is shadowed by corresponding command-line "
        + "flag (either unset environment variable or disable flag))";

    // A value that the flag refuses leaves the default, without a word, as upstream.
    private static void TrySet(Flag flag, string value)
    {
        try
        {
            flag.Set(value);
        }
        catch (FlagException)
        {
            return;
        }
    }

    private static void Log(Invocation invocation, string level, string caller, string message, string variable) =>
        invocation.Console.WriteErrorLine(LogLine.Json(
            DateTime.UtcNow, level, "", caller, message,
            fields => fields.Name("environment-variable").String(variable)));
}
