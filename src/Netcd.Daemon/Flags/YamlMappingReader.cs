using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Netcd.Daemon.Flags;

/// <summary>Reads one YAML document whose root is a map; of duplicate keys the last one counts.</summary>
internal sealed class YamlMappingReader(IParser parser)
{
    // A configuration is a handful of levels deep; deeper input is not one.
    private const int DepthMax = 32;

    public YamlMappingNode Read()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            return new YamlMappingNode();
        }

        parser.Consume<DocumentStart>();
        return ReadNode(0) switch
        {
            YamlMappingNode map => map,
            YamlScalarNode { Value: "" or null } => new YamlMappingNode(),
            _ => throw new YamlException("the configuration is not a map"),
        };
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > DepthMax)
        {
            throw new YamlException("the configuration is nested too deeply");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlScalarNode(scalar.Value) { Style = scalar.Style };
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new YamlSequenceNode();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Add(ReadNode(depth + 1));
            }

            return list;
        }

        parser.Consume<MappingStart>();
        var map = new YamlMappingNode();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = new YamlScalarNode(parser.Consume<Scalar>().Value);
            map.Children[key] = ReadNode(depth + 1);
        }

        return map;
    }
}
