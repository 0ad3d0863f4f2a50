using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Netcd.Daemon.Flags;

/// <summary>
/// Reads the first document of a YAML text. By hand: the representation model refuses duplicate keys, which etcd's
/// reader takes.
/// </summary>
internal sealed class YamlReader(IParser parser)
{
    // Deeper input is no configuration; what is not known is read and forgotten.
    private const int DepthMax = 1000;

    private readonly Dictionary<AnchorName, ConfigNode> _anchors = [];

    public ConfigNode Read()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            return new ConfigNode(ConfigKind.Null, "");
        }

        parser.Consume<DocumentStart>();
        return ReadNode(0);
    }

    private ConfigNode ReadNode(int depth)
    {
        if (depth > DepthMax)
        {
            throw new YamlException("the configuration is nested too deeply");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var known)
                ? known
                : throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value}' referenced");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return Keep(scalar.Anchor, YamlScalar.Resolve(scalar));
        }

        if (parser.TryConsume<SequenceStart>(out var start))
        {
            var list = Keep(start.Anchor, new ConfigNode(ConfigKind.Array, ""));
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Items.Add(ReadNode(depth + 1));
            }

            return list;
        }

        var map = Keep(parser.Consume<MappingStart>().Anchor, new ConfigNode(ConfigKind.Object, ""));
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ReadMember(map, depth);
        }

        return map;
    }

    private void ReadMember(ConfigNode map, int depth)
    {
        var key = ReadNode(depth + 1);
        var value = ReadNode(depth + 1);
        switch (key.Kind)
        {
            case ConfigKind.Array or ConfigKind.Object:
                throw new YamlException("invalid map key");
            case ConfigKind.String when key.Text == "<<":
                Merge(map, value);
                break;
            default:
                map.Members[key.Text] = value;
                break;
        }
    }

    // What a map takes over from another does not replace what it has itself.
    private static void Merge(ConfigNode map, ConfigNode other)
    {
        IEnumerable<ConfigNode> sources = other.Kind == ConfigKind.Array ? other.Items : [other];
        foreach (var (name, value) in sources.SelectMany(static source => source.Members))
        {
            map.Members.TryAdd(name, value);
        }
    }

    private ConfigNode Keep(AnchorName anchor, ConfigNode node)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = node;
        }

        return node;
    }
}
