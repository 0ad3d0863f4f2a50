using System.Globalization;
using Netcd.Base.GoSyntax;

namespace Netcd.Daemon.Flags;

/// <summary>The value of every flag, and which of them somebody gave. Values are checked when they are set.</summary>
internal sealed class FlagValues
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    /// <summary>Names of the flags that were given, in ordinal order.</summary>
    public IEnumerable<string> Given => _given.Keys.Order(StringComparer.Ordinal);

    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>Sets a flag from text.</summary>
    /// <exception cref="FlagValueException">The text is no value of the flag's kind; the message is Go's.</exception>
    public void Set(FlagDefinition flag, string text)
    {
        Check(flag, text);
        _given[flag.Name] = text;
    }

    public string Text(string name) =>
        _given.TryGetValue(name, out var text)
            ? text
            : (FlagTable.Find(name) ?? throw new ArgumentException(name, nameof(name))).Default;

    public bool Bool(string name) => GoBool.TryParse(Text(name), out var value) && value;

    public long Int64(string name) => ParseInteger(Text(name));

    public ulong UInt64(string name) => (ulong)ParseInteger(Text(name));

    public TimeSpan Duration(string name) => GoDuration.TryParse(Text(name), out var value) ? value : TimeSpan.Zero;

    public IReadOnlyList<EtcdUrl> Urls(string name) =>
        Text(name) is { Length: > 0 } text ? EtcdUrl.ParseList(text) : [];

    /// <summary>The words of a comma-separated list, sorted, each once.</summary>
    public IReadOnlyList<string> Words(string name) =>
        [.. Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static void Check(FlagDefinition flag, string text)
    {
        switch (flag.Kind)
        {
            case FlagKind.Bool when !GoBool.TryParse(text, out _):
            case FlagKind.Duration when !GoDuration.TryParse(text, out _):
                throw new FlagValueException("parse error");
            case FlagKind.Int or FlagKind.Int64:
                CheckInteger(text, long.MinValue, long.MaxValue);
                break;
            case FlagKind.UInt or FlagKind.UInt64:
                CheckInteger(text, 0, ulong.MaxValue);
                break;
            case FlagKind.UInt32:
                CheckUInt32(text);
                break;
            case FlagKind.Choice when !flag.Choices.Contains(text, StringComparer.Ordinal):
                throw new FlagValueException(
                    flag.Name == "v2-deprecation" ? $"invalid value \"{text}\"" : "invalid value");
            case FlagKind.UrlList when text.Length > 0:
            case FlagKind.UrlListOrAny when text is not ("" or "*"):
                EtcdUrl.ParseList(text);
                break;
            case FlagKind.FeatureGates:
                FeatureGates.Parse(text);
                break;
        }
    }

    private static void CheckInteger(string text, decimal min, decimal max)
    {
        if (!TryParseInteger(text, out var value))
        {
            throw new FlagValueException("parse error");
        }

        if (value < min || value > max)
        {
            throw new FlagValueException(value < 0 && min == 0 ? "parse error" : "value out of range");
        }
    }

    private static void CheckUInt32(string text)
    {
        if (!TryParseInteger(text, out var value) || value < 0)
        {
            throw new FlagValueException($"strconv.ParseUint: parsing \"{text}\": invalid syntax");
        }

        if (value > uint.MaxValue)
        {
            throw new FlagValueException($"strconv.ParseUint: parsing \"{text}\": value out of range");
        }
    }

    private static long ParseInteger(string text) =>
        TryParseInteger(text, out var value) ? (long)(value > long.MaxValue ? long.MaxValue : value) : 0;

    // Go accepts 0x, 0o and 0b prefixes; decimal is all that anybody writes, and hex is kept for parity.
    private static bool TryParseInteger(string text, out decimal value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(
                text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            value = hex;
            return true;
        }

        return decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
