using System.Globalization;

namespace Netcd.Conformance.Cluster;

/// <summary>How much a test does: a small number in every run, the full one when its variable is set.</summary>
internal static class Counts
{
    public static int Read(string variable, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var count)
            ? count
            : fallback;
}
