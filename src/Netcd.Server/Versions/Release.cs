using System.Globalization;

namespace Netcd.Server.Versions;

/// <summary>
/// Major and minor number of a version: all that decides whether programs and clusters go together.
/// </summary>
internal readonly record struct Release(int Major, int Minor) : IComparable<Release>
{
    /// <summary>The lowest cluster version (api/version/version.go, MinClusterVersion).</summary>
    internal static readonly Release Lowest = new(3, 0);

    /// <summary>The one before; only a downgrade by one step is possible.</summary>
    internal Release Previous => this with { Minor = Minor - 1 };

    public static bool operator <(Release left, Release right) => left.CompareTo(right) < 0;

    public static bool operator >(Release left, Release right) => left.CompareTo(right) > 0;

    /// <summary>
    /// Reads what members and clusters call themselves: <c>3.6.14</c>, with or without a leading v, suffixes such as
    /// <c>-rc.1</c> and <c>+build</c> aside.
    /// </summary>
    internal static bool TryParse(string text, out Release release)
    {
        var numbers = text.AsSpan(text.StartsWith('v') ? 1 : 0);
        var end = numbers.IndexOfAny('-', '+');
        numbers = end < 0 ? numbers : numbers[..end];
        Span<Range> parts = stackalloc Range[4];
        release = default;
        if (numbers.Split(parts, '.') != 3
            || !TryParseNumber(numbers[parts[0]], out var major)
            || !TryParseNumber(numbers[parts[1]], out var minor)
            || !TryParseNumber(numbers[parts[2]], out _))
        {
            return false;
        }

        release = new Release(major, minor);
        return true;
    }

    public int CompareTo(Release other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <summary>The form of cluster versions: <c>3.6.0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.0");

    private static bool TryParseNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
