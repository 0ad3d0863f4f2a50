namespace Netcd.Api.Maintenance;

/// <summary>
/// Versions in downgrade requests: three numbers, or two to which ".0" is added; the patch is dropped. Upstream:
/// server/etcdserver/v3_server.go, convertToClusterVersion.
/// </summary>
/// <param name="Major">Major number.</param>
/// <param name="Minor">Minor number.</param>
internal readonly record struct DowngradeVersion(long Major, long Minor)
{
    public static bool TryParse(string text, out DowngradeVersion version) =>
        TryParseThree(text, out version) || TryParseThree(text + ".0", out version);

    /// <summary>
    /// Whether this is the version one minor below <paramref name="clusterVersion"/>, the only one allowed.
    /// </summary>
    public bool IsJustBelow(DowngradeVersion clusterVersion) =>
        Major == clusterVersion.Major && Minor == clusterVersion.Minor - 1;

    /// <summary>As the log and the data have it: other members cannot read it without the patch number.</summary>
    public string ToClusterVersion() => $"{Major}.{Minor}.0";

    /// <summary>As clients are told (api/version/version.go, Cluster).</summary>
    public override string ToString() => $"{Major}.{Minor}";

    private static bool TryParseThree(string text, out DowngradeVersion version)
    {
        version = default;
        var core = text.Split('+', 2)[0].Split('-', 2)[0];
        var parts = core.Split('.', 3);
        if (parts.Length != 3
            || !TryParseNumber(parts[0], out var major)
            || !TryParseNumber(parts[1], out var minor)
            || !TryParseNumber(parts[2], out _))
        {
            return false;
        }

        version = new DowngradeVersion(major, minor);
        return true;
    }

    private static bool TryParseNumber(string text, out long number)
    {
        number = 0;
        return text.Length > 0
            && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
            && long.TryParse(text, out number);
    }
}
