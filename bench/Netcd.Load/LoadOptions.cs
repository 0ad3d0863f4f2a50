using System.Globalization;

namespace Netcd.Load;

/// <summary>What the command line says; each value has a default.</summary>
internal sealed class LoadOptions
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "cacert", "cert", "cert-key", "clients", "conns", "consistency", "count-only", "endpoint", "go", "key",
        "key-size", "key-space-size", "keys-only", "leases", "limit", "members", "netcd", "only", "prefix", "prevkv",
        "put-rate", "puts", "rounds", "scale", "streams", "tls", "total", "txn-ops", "val-size", "watchers-per-stream",
    };

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
            if (!Names.Contains(name))
            {
                throw new LoadException($"unknown option: --{name}");
            }

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
        !_values.TryGetValue(name, out var text) ? fallback
        : int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
        : throw new LoadException($"not a number: --{name}={text}");

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
