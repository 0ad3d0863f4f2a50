using System.Collections;
using Netcd.Base;

namespace Netcd.Daemon.Flags;

/// <summary>Flags set through <c>ETCD_…</c> variables; source: etcd's pkg/flags/flag.go.</summary>
internal static class EnvironmentFlags
{
    /// <summary>
    /// Sets every flag whose variable is set and not empty. Notes go to <paramref name="notes"/> for the log.
    /// </summary>
    /// <exception cref="EnvironmentConflictException">A variable and its flag are both given.</exception>
    /// <exception cref="FlagValueException">A variable's value is refused.</exception>
    public static void Apply(IDictionary environment, FlagValues values, List<StartNote> notes)
    {
        var known = new HashSet<string>(StringComparer.Ordinal) { "ETCD_UNSUPPORTED_ARCH", "ETCD_VERIFY" };
        foreach (var flag in FlagTable.All)
        {
            var name = flag.EnvironmentName;
            known.Add(name);
            if (environment[name] is not string text)
            {
                continue;
            }

            if (flag.Name == "version")
            {
                notes.Add(new StartNote(LogLevel.Warning, "cannot set special environment variable",
                    [new("key", name), new("value", text)]));
                continue;
            }

            if (values.IsGiven(flag.Name))
            {
                throw new EnvironmentConflictException(name);
            }

            if (text.Length == 0)
            {
                continue;
            }

            try
            {
                values.Set(flag, text);
            }
            catch (FlagValueException problem)
            {
                throw new FlagValueException($"invalid value \"{text}\" for {name}: {problem.Message}");
            }

            notes.Add(new StartNote(LogLevel.Information, "recognized and used environment variable",
                [new("variable-name", name), new("variable-value", SecretArguments.Hide(name, text))]));
        }

        foreach (var name in environment.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            if (name.StartsWith("ETCD_", StringComparison.Ordinal) && !known.Contains(name))
            {
                notes.Add(new StartNote(LogLevel.Warning, "unrecognized environment variable",
                    [new("environment-variable", $"{name}={SecretArguments.Hide(name, $"{environment[name]}")}")]));
            }
        }
    }
}
