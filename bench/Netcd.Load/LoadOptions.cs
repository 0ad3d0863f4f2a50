using System.Globalization;

namespace Netcd.Load;

/// <summary>What the command line says; each value has a default.</summary>
internal sealed class LoadOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public LoadOptions(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=');
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                throw new LoadException($"not an option: {argument}");
            }

            var name = argument[2..(equals < 0 ? argument.Length : equals)];
            _values[name] = equals < 0 ? "true" : argument[(equals + 1)..];
        }
    }

    /// <summary>One or several, with commas between; connections are spread over them.</summary>
    public Uri[] Endpoints =>
        [.. Text("endpoint", "http://127.0.0.1:2379").Split(',').Select(endpoint => new Uri(endpoint))];

    public int Connections => Number("conns", 100);

    public int Clients => Number("clients", 1000);

    public int Total => Number("total", 100_000);

    public int KeyBytes => Number("key-size", 8);

    public int ValueBytes => Number("val-size", 256);

    public int KeySpace => Number("key-space-size", 100_000);

    public int Number(string name, int fallback) =>
        _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

    public string Text(string name, string fallback) => _values.GetValueOrDefault(name, fallback);

    /// <summary>The path of a program that has to be named.</summary>
    public string Required(string name) =>
        Has(name) ? Text(name, "") : throw new LoadException($"missing --{name}=PATH");

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The same options with some replaced.</summary>
    public LoadOptions With(params string[] arguments)
    {
        var copy = new LoadOptions(arguments);
        foreach (var (name, value) in _values)
        {
            copy._values.TryAdd(name, value);
        }

        return copy;
    }
}
