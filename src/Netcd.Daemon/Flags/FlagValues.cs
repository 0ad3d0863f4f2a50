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

    public long Int64(string name) =>
        GoNumber.Parse(Text(name), isSigned: true, out var value) is null ? (long)value : 0;

    /// <summary>Not more than a long can hold: nothing that is counted here comes near.</summary>
    public ulong UInt64(string name) =>
        GoNumber.Parse(Text(name), isSigned: false, out var value) is null
            ? (ulong)Int128.Min(value, long.MaxValue)
            : 0;

    public TimeSpan Duration(string name) => GoDuration.TryParse(Text(name), out var value) ? value : TimeSpan.Zero;

    public IReadOnlyList<EtcdUrl> Urls(string name) =>
        Text(name) is { Length: > 0 } text ? EtcdUrl.ParseList(text) : [];

    /// <summary>The words of a comma-separated list, sorted, each once.</summary>
    public IReadOnlyList<string> Words(string name) =>
        [.. Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The same as they were given, empty ones included.</summary>
    public IReadOnlyList<string> RawWords(string name) =>
        [.. Text(name).Split(',').Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static void Check(FlagDefinition flag, string text)
    {
        switch (flag.Kind)
        {
            case FlagKind.Bool when !GoBool.TryParse(text, out _):
            case FlagKind.Duration when !GoDuration.TryParse(text, out _):
                throw new FlagValueException("parse error");
            case FlagKind.Int or FlagKind.Int64:
                CheckInteger(text, isSigned: true);
                break;
            case FlagKind.UInt or FlagKind.UInt64:
                CheckInteger(text, isSigned: false);
                break;
            case FlagKind.UInt32:
                CheckUInt32(text);
                break;
            case FlagKind.Choice when !flag.Choices.Contains(text, StringComparer.Ordinal):
                throw new FlagValueException(
                    flag.Name == "v2-deprecation" ? $"invalid value \"{text}\"" : "invalid value");
            case FlagKind.UrlList when text.Length > 0:
            case FlagKind.UrlListOrAny when text is not "*":
                EtcdUrl.ParseList(text);
                break;
            case FlagKind.FeatureGates:
                FeatureGates.Parse(text);
                break;
        }
    }

    private static void CheckInteger(string text, bool isSigned)
    {
        if (GoNumber.Parse(text, isSigned, out _) is { } fault)
        {
            throw new FlagValueException(fault == "invalid syntax" ? "parse error" : fault);
        }
    }

    private static void CheckUInt32(string text)
    {
        var fault = GoNumber.Parse(text, isSigned: false, out var value);
        if (fault is null && value > uint.MaxValue)
        {
            fault = "value out of range";
        }

        if (fault is not null)
        {
            throw new FlagValueException($"strconv.ParseUint: parsing {GoText.Quote(text)}: {fault}");
        }
    }
}
