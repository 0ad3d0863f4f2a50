using Netcd.CommandLine;
using Netcd.Offline;
using Netcd.Offline.Terminal;
using Netcd.Utl.Output;

namespace Netcd.Utl.Commands;

/// <summary>What the commands that dump a file have in common.</summary>
internal static class DumpWork
{
    /// <summary>What there is to dump.</summary>
    internal static string PathOf(Invocation invocation, string command) => invocation.Arguments.Count == 1
        ? invocation.Arguments[0]
        : throw new ExitException(ExitCodes.BadArguments, $"{command} requires exactly one argument");

    /// <param name="dump">Writes all up to the damage, which it returns.</param>
    internal static Task RunAsync(Invocation invocation, Func<OfflineTools, TextWriter, IReadOnlyList<string>> dump) =>
        OfflineWork.RunAsync(invocation, tools =>
        {
            using var output = new ConsoleWriter(invocation.Console);
            var damage = dump(tools, output);
            if (damage.Count > 0)
            {
                throw new ExitException(ExitCodes.Error, $"damaged: {string.Join("; ", damage)}");
            }
        });
}
