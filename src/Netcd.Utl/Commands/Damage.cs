using Netcd.CommandLine;

namespace Netcd.Utl.Commands;

/// <summary>How a dump of a damaged file ends.</summary>
internal static class Damage
{
    internal static void Report(IReadOnlyList<string> damage)
    {
        if (damage.Count > 0)
        {
            throw new ExitException(ExitCodes.Error, $"damaged: {string.Join("; ", damage)}");
        }
    }
}
