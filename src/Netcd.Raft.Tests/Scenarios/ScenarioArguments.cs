using System.Globalization;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>
/// Words of a command: plain ones, and <c>key=value</c> or <c>key=(value value)</c> ones.
/// </summary>
internal sealed class ScenarioArguments
{
    private readonly Dictionary<string, List<string>> _named = new(StringComparer.Ordinal);
    private readonly List<string> _plain = [];

    public ScenarioArguments(string text)
    {
        var position = 0;
        while (position < text.Length)
        {
            if (text[position] == ' ')
            {
                position++;
                continue;
            }

            var equals = text.IndexOf('=', position);
            var space = text.IndexOf(' ', position);
            space = space < 0 ? text.Length : space;
            if (equals < 0 || equals > space)
            {
                _plain.Add(text[position..space]);
                position = space;
                continue;
            }

            var isList = equals + 1 < text.Length && text[equals + 1] == '(';
            var end = isList ? text.IndexOf(')', equals) : space;
            var values = text[(equals + (isList ? 2 : 1))..end]
                .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            var key = text[position..equals];
            if (!_named.TryGetValue(key, out var list))
            {
                _named[key] = list = [];
            }

            list.AddRange(values);
            position = isList ? end + 1 : end;
        }
    }

    public IReadOnlyList<string> Plain => _plain;

    public int First => int.Parse(_plain[0], CultureInfo.InvariantCulture);

    /// <summary>Plain words that are numbers.</summary>
    public IEnumerable<int> Numbers =>
        _plain.Where(word => char.IsAsciiDigit(word[0])).Select(word => int.Parse(word, CultureInfo.InvariantCulture));

    public IReadOnlyList<string> List(string key) => _named.TryGetValue(key, out var values) ? values : [];

    public MemberId[] Members(string key) =>
        [.. List(key).Select(word => new MemberId(ulong.Parse(word, CultureInfo.InvariantCulture)))];

    public string? Value(string key) => _named.TryGetValue(key, out var values) ? values[^1] : null;

    public ulong Number(string key, ulong otherwise) =>
        Value(key) is { } word ? ulong.Parse(word, CultureInfo.InvariantCulture) : otherwise;

    public bool Flag(string key, bool otherwise) => Value(key) is { } word ? bool.Parse(word) : otherwise;
}
