using System.Globalization;
using System.Text;
using Netcd.Base.GoSyntax;
using YamlDotNet.Core;

namespace Netcd.Daemon.Flags;

/// <summary>
/// The YAML configuration file. Its keys are the flags' names but for those in maps of their own; durations are integer
/// nanoseconds; unknown keys are ignored and of duplicates the last one counts. A value must be of its field's type, as
/// Go's decoder wants it. Source: etcd's server/embed/config.go.
/// </summary>
internal static class ConfigFile
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Flags that are lists in the file; the other lists are strings with commas.
    private static readonly HashSet<string> Lists = new(StringComparer.Ordinal)
    {
        "log-outputs", "cipher-suites", "client-cert-allowed-hostname", "peer-cert-allowed-cn",
        "peer-cert-allowed-hostname", "discovery-endpoints",
    };

    /// <summary>Reads a file into flag values.</summary>
    /// <exception cref="FlagValueException">The file or one of its values is refused.</exception>
    public static FlagValues Read(string path)
    {
        try
        {
            return Parse(Strict.GetString(File.ReadAllBytes(path)));
        }
        catch (DecoderFallbackException)
        {
            throw new FlagValueException("error converting YAML to JSON: yaml: invalid leading UTF-8 octet");
        }
        catch (UnauthorizedAccessException)
        {
            throw new FlagValueException(
                Directory.Exists(path) ? $"read {path}: is a directory" : $"open {path}: permission denied");
        }
        catch (IOException problem)
        {
            throw new FlagValueException(problem switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"open {path}: no such file or directory",
                PathTooLongException => $"open {path}: file name too long",
                _ => $"read {path}: {problem.Message}",
            });
        }
    }

    internal static FlagValues Parse(string text)
    {
        var values = new FlagValues();
        var root = Load(text);
        if (root.Kind is not (ConfigKind.Object or ConfigKind.Null))
        {
            throw Mismatch($"{Word(root)} into Go value of type embed.configYAML");
        }

        foreach (var flag in FlagTable.All)
        {
            if (flag.ConfigKey.Length > 0 && Find(root, flag.ConfigKey) is { Kind: not ConfigKind.Null } node)
            {
                Set(values, flag, node);
            }
        }

        return values;
    }

    private static ConfigNode Load(string text)
    {
        try
        {
            return new YamlReader(new Parser(new StringReader(text.TrimStart('\ufeff')))).Read();
        }
        catch (YamlException problem)
        {
            var line = problem.End.Index > 0 ? $"line {problem.End.Line}: " : "";
            throw new FlagValueException($"error converting YAML to JSON: yaml: {line}{TextOf(problem)}");
        }
    }

    // What goes wrong most, in the words of gopkg.in/yaml.v2.
    private static string TextOf(YamlException problem) => problem.Message switch
    {
        var text when text.Contains("invalid mapping", StringComparison.Ordinal) =>
            "mapping values are not allowed in this context",
        var text when text.Contains("tab character", StringComparison.Ordinal) =>
            "found a tab character that violates indentation",
        var text when text.Contains("expected node content", StringComparison.Ordinal) =>
            "did not find expected node content",
        var text => text,
    };

    private static ConfigNode? Find(ConfigNode root, string key)
    {
        ConfigNode? node = root;
        var name = new StringBuilder();
        foreach (var part in key.Split('.'))
        {
            if (node is not { Kind: ConfigKind.Object })
            {
                // A map that is none, like a field of the wrong type.
                return node is null or { Kind: ConfigKind.Null }
                    ? null
                    : throw Mismatch($"{Word(node)} into Go struct field .{name} of type {TypeOfMap(name.ToString())}");
            }

            node = node.Find(part);
            name.Append(name.Length > 0 ? "." : "").Append(part);
        }

        return node;
    }

    private static string TypeOfMap(string name) =>
        name.EndsWith("transport-security", StringComparison.Ordinal) ? "embed.securityConfig"
        : name == "socket-options" ? "transport.SocketOpts"
        : "v3discovery.DiscoveryConfig";

    private static void Set(FlagValues values, FlagDefinition flag, ConfigNode node)
    {
        var text = TextOf(flag, node);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new FlagValueException($"invalid {flag.ConfigKey}: a zero byte in a string");
        }

        // An empty one is none; and what becomes of v2 is not asked of a file.
        if ((flag.Kind is FlagKind.UrlList or FlagKind.UrlListOrAny && text.Length == 0)
            || (flag.Name == "v2-deprecation" && !flag.Choices.Contains(text, StringComparer.Ordinal)))
        {
            return;
        }

        try
        {
            values.Set(flag, text);
        }
        catch (FlagValueException problem) when (flag.Kind is FlagKind.UrlList or FlagKind.UrlListOrAny)
        {
            var name = flag.Name == "advertise-client-urls" ? "advertise-peer-urls" : flag.Name;
            throw new ConfigUrlException($"unexpected error setting up {name}: {problem.Message}");
        }
        catch (FlagValueException) when (node.Kind == ConfigKind.Number)
        {
            throw WrongType(flag, $"number {node.Text}");
        }
        catch (FlagValueException) when (flag.Name == "initial-cluster-state")
        {
            throw new FlagValueException($"unexpected clusterState {GoText.Quote(text)}");
        }
    }

    /// <summary>A value as the flag's text, if it is of the flag's type.</summary>
    private static string TextOf(FlagDefinition flag, ConfigNode node)
    {
        var wanted = flag.Kind switch
        {
            FlagKind.Bool => ConfigKind.Bool,
            FlagKind.Int or FlagKind.Int64 or FlagKind.UInt or FlagKind.UInt32 or FlagKind.UInt64
                or FlagKind.Duration => ConfigKind.Number,
            _ when Lists.Contains(flag.Name) => ConfigKind.Array,
            _ => ConfigKind.String,
        };
        if (node.Kind != wanted)
        {
            throw WrongType(flag, Word(node));
        }

        if (node.Kind == ConfigKind.Array)
        {
            return node.Items.Find(static item => item.Kind is not (ConfigKind.String or ConfigKind.Null)) is { } bad
                ? throw Mismatch($"{Word(bad)} into Go struct field .{flag.ConfigKey} of type string")
                : string.Join(',', node.Items.Select(static item => item.Text));
        }

        if (flag.Kind != FlagKind.Duration)
        {
            return node.Text;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign;
        return long.TryParse(node.Text, Style, CultureInfo.InvariantCulture, out var nanoseconds)
            ? GoDuration.FormatNanoseconds(nanoseconds)
            : throw WrongType(flag, $"number {node.Text}");
    }

    private static string Word(ConfigNode node) => node.Kind.ToString().ToLowerInvariant();

    private static FlagValueException WrongType(FlagDefinition flag, string found)
    {
        var type = flag.Kind switch
        {
            FlagKind.Duration => "time.Duration",
            FlagKind.Bool => "bool",
            FlagKind.Int => "int",
            FlagKind.Int64 => "int64",
            FlagKind.UInt => "uint",
            FlagKind.UInt32 => "uint32",
            FlagKind.UInt64 => "uint64",
            _ when Lists.Contains(flag.Name) => "[]string",
            _ => "string",
        };
        return Mismatch($"{found} into Go struct field .{flag.ConfigKey} of type {type}");
    }

    private static FlagValueException Mismatch(string what) =>
        new($"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what}");
}
