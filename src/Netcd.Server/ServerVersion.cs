namespace Netcd.Server;

/// <summary>The version that clients, peers and files are told: the line of etcd that this program equals.</summary>
public static class ServerVersion
{
    public const string Text = "3.6.14";

    private const int Major = 3;
    private const int Minor = 6;

    /// <summary>Whether a cluster or storage version needs a newer program than this one.</summary>
    internal static bool IsNewerThanOurs(string version) => Parse(version).CompareTo((Major, Minor)) > 0;

    /// <summary>
    /// Whether one version is lower than another by major and minor number; an empty one is the lowest.
    /// </summary>
    internal static bool IsLower(string left, string right) => Parse(left).CompareTo(Parse(right)) < 0;

    private static (int Major, int Minor) Parse(string version)
    {
        var parts = version.Split('.');
        return parts.Length >= 2 && int.TryParse(parts[0], out var major) && int.TryParse(parts[1], out var minor)
            ? (major, minor)
            : (0, 0);
    }
}
