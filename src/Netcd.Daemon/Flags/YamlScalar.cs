using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Netcd.Daemon.Flags;

/// <summary>
/// What type a word of YAML 1.1 has: <c>yes</c> is true, <c>0x64</c> and <c>1_00</c> are 100, <c>~</c> is null, and
/// what stands in quotes is a string (gopkg.in/yaml.v2, resolve.go).
/// </summary>
internal static class YamlScalar
{
    private static readonly string[] Nulls = ["", "~", "null", "Null", "NULL"];

    private static readonly string[] Trues =
        ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];

    private static readonly string[] Falses =
        ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];

    public static ConfigNode Resolve(Scalar scalar)
    {
        var text = scalar.Value;
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag.EndsWith(":str", StringComparison.Ordinal)
            || (scalar.Style != ScalarStyle.Plain && tag.Length == 0))
        {
            return new ConfigNode(ConfigKind.String, text);
        }

        return Nulls.Contains(text) ? new ConfigNode(ConfigKind.Null, "")
            : Trues.Contains(text) ? new ConfigNode(ConfigKind.Bool, "true")
            : Falses.Contains(text) ? new ConfigNode(ConfigKind.Bool, "false")
            : Number(text) is { } number ? new ConfigNode(ConfigKind.Number, number)
            : new ConfigNode(ConfigKind.String, text);
    }

    // A number as Go writes it into JSON; null for what is none.
    private static string? Number(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
        {
            return null;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (GoNumber.Parse(plain, isSigned: true, out var whole) is null
            || GoNumber.Parse(plain, isSigned: false, out whole) is null)
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(plain, Style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonOf(number)
            : null;
    }

    // encoding/json: digits alone for all but the very small and the very large.
    private static string JsonOf(double number) =>
        number != 0 && (Math.Abs(number) < 1e-6 || Math.Abs(number) >= 1e21)
            ? number.ToString("0.################e+00", CultureInfo.InvariantCulture)
            : number.ToString("0.#################", CultureInfo.InvariantCulture);
}
