using Netcd.Client;
using Netcd.CommandLine.Flags;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>What to watch, and what to run for each event.</summary>
/// <param name="Key">First key.</param>
/// <param name="Options">How.</param>
/// <param name="Program">A command with its arguments; empty for none.</param>
internal sealed record WatchLine(EtcdBytes Key, WatchOptions Options, IReadOnlyList<string> Program)
{
    private const string BadNumber = "bad number of arguments";

    /// <summary>Out of the arguments of the command, or of a line of the interactive mode.</summary>
    /// <param name="arguments">Arguments without flags and without <c>--</c>.</param>
    /// <param name="beforeDashes">How many stood before <c>--</c>; -1 without one.</param>
    /// <param name="flags">The flags given.</param>
    /// <param name="key">Key of the environment; empty for none.</param>
    /// <param name="end">Range end of the environment.</param>
    /// <param name="isInteractive">Whether this is a line: a range end beside a prefix ends nothing.</param>
    public static WatchLine Parse(
        IReadOnlyList<string> arguments, int beforeDashes, FlagSet flags, string key, string end, bool isInteractive)
    {
        var hasDashes = beforeDashes >= 0;
        if (hasDashes && beforeDashes == arguments.Count)
        {
            throw Arguments.Bad($"{BadNumber} (found separator --, but no commands)");
        }

        List<string> watched = [.. hasDashes ? arguments.Take(beforeDashes) : arguments];
        if (watched.Count > 0 && key.Length > 0)
        {
            throw Arguments.Bad($"{BadNumber} (found conflicting environment key)");
        }

        if (key.Length > 0)
        {
            watched.Add(key);
            if (end.Length > 0)
            {
                watched.Add(end);
            }
        }

        if (watched.Count == 0)
        {
            throw Refused(BadNumber, isInteractive && hasDashes);
        }

        var isPrefix = ((BoolValue)flags["prefix"].Value).Value;
        if (watched.Count == 2 && isPrefix)
        {
            throw Refused("`range_end` and `--prefix` are mutually exclusive", isInteractive);
        }

        return new WatchLine(
            Arguments.Key(watched[0]),
            new WatchOptions
            {
                IsPrefix = isPrefix,
                RangeEnd = watched.Count == 2 ? Arguments.Key(watched[1]) : EtcdBytes.Empty,
                StartRevision = ((IntegerValue)flags["rev"].Value).Value,
                PreviousKv = ((BoolValue)flags["prev-kv"].Value).Value,
                ProgressNotify = ((BoolValue)flags["progress-notify"].Value).Value,
            },
            hasDashes ? [.. arguments.Skip(beforeDashes)] : []);
    }

    private static Exception Refused(string text, bool isLineOnly) =>
        isLineOnly ? new WatchLineException(text) : Arguments.Bad(text);
}
