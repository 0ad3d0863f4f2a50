using Netcd.Base.GoSyntax;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Netcd.Daemon.Flags;

/// <summary>
/// The YAML configuration file. Its keys are the flags' names but for those in maps of their own; durations are integer
/// nanoseconds; unknown keys are ignored and of duplicates the last one counts. Source: etcd's server/embed/config.go.
/// </summary>
internal static class ConfigFile
{
    /// <summary>Reads a file into flag values.</summary>
    /// <exception cref="FlagValueException">The file or one of its values is refused.</exception>
    public static FlagValues Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FlagValueException($"open {path}: no such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new FlagValueException(
                Directory.Exists(path) ? $"read {path}: is a directory" : $"open {path}: permission denied");
        }

        return Parse(text);
    }

    internal static FlagValues Parse(string text)
    {
        var values = new FlagValues();
        var nodes = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        Flatten("", Load(text), nodes);
        foreach (var flag in FlagTable.All)
        {
            if (flag.ConfigKey.Length > 0 && nodes.TryGetValue(flag.ConfigKey, out var node))
            {
                Set(values, flag, node);
            }
        }

        return values;
    }

    private static YamlMappingNode Load(string text)
    {
        try
        {
            // Parsed by hand: the representation model refuses duplicate keys, which etcd's reader takes.
            var parser = new MergingParser(new Parser(new StringReader(text)));
            var reader = new YamlMappingReader(parser);
            return reader.Read();
        }
        catch (YamlException problem)
        {
            throw new FlagValueException($"error converting YAML to JSON: yaml: {problem.Message}");
        }
    }

    private static void Flatten(string prefix, YamlMappingNode map, Dictionary<string, YamlNode> nodes)
    {
        foreach (var (key, node) in map.Children)
        {
            var name = prefix + ((YamlScalarNode)key).Value;
            nodes[name] = node;
            if (node is YamlMappingNode inner)
            {
                Flatten(name + ".", inner, nodes);
            }
        }
    }

    private static void Set(FlagValues values, FlagDefinition flag, YamlNode node)
    {
        var text = node switch
        {
            YamlSequenceNode list => string.Join(',', list.Children.Select(item => (item as YamlScalarNode)?.Value)),
            YamlScalarNode scalar => scalar.Value ?? "",
            _ => throw Mismatch(flag, "object"),
        };
        if (node is YamlScalarNode { Style: ScalarStyle.Plain } && text is "" or "null" or "~")
        {
            return;
        }

        if (flag.Kind == FlagKind.Duration)
        {
            if (!long.TryParse(text, out var nanoseconds))
            {
                throw Mismatch(flag, "string");
            }

            text = GoDuration.Format(TimeSpan.FromTicks(nanoseconds / 100));
        }

        if (flag.Kind == FlagKind.Bool && text is not ("true" or "false"))
        {
            throw Mismatch(flag, "string");
        }

        try
        {
            values.Set(flag, text);
        }
        catch (FlagValueException problem) when (flag.Kind is FlagKind.UrlList or FlagKind.UrlListOrAny)
        {
            var name = flag.Name == "advertise-client-urls" ? "advertise-peer-urls" : flag.Name;
            throw new FlagValueException($"unexpected error setting up {name}: {problem.Message}");
        }
        catch (FlagValueException) when (flag.Kind is FlagKind.Int or FlagKind.Int64 or FlagKind.UInt
            or FlagKind.UInt32 or FlagKind.UInt64)
        {
            throw Mismatch(flag, "string");
        }
        catch (FlagValueException) when (flag.Name == "initial-cluster-state")
        {
            throw new FlagValueException($"unexpected clusterState \"{text}\"");
        }
    }

    private static FlagValueException Mismatch(FlagDefinition flag, string found)
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
            _ => "string",
        };
        return new FlagValueException(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
            + $"{found} into Go struct field .{flag.ConfigKey} of type {type}");
    }
}
