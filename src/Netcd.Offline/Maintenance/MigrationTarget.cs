using System.Globalization;
using Netcd.Server.Versions;

namespace Netcd.Offline.Maintenance;

/// <summary>The storage version to migrate to, read from <c>X.Y</c>.</summary>
public sealed class MigrationTarget
{
    private static readonly Release Lowest = new(3, 5);

    private MigrationTarget(Release release) => Release = release;

    internal Release Release { get; }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Release.Major}.{Release.Minor}");

    /// <exception cref="OfflineException">The text is no version, or one too low, in etcd's words.</exception>
    public static MigrationTarget Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 2)
        {
            throw new OfflineException($"wrong target version format, expected \"X.Y\", got \"{text}\"");
        }

        var target = new MigrationTarget(new Release(Number(parts[0]), Number(parts[1])));
        return target.Release < Lowest
            ? throw new OfflineException($"target version \"{target}\" not supported. Minimal \"3.5\"")
            : target;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new OfflineException(
                $"failed to parse target version: strconv.ParseInt: parsing \"{text}\": invalid syntax");
}
